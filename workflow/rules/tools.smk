wildcard_constraints:
    round=r"\d+",


rule ask:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=ancient(PRIVATE / "studies" / "{study}" / "volumes.json"),
        earlier=PLAN.earlier,
        before=PLAN.tried,
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}.log",
    priority: 2
    conda:
        "../../envs/deface.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("deface"),
        runtime=PLAN.minutes("deface"),
    params:
        config=PLAN.file,
        decisions=PLAN.decided("deface"),
        version=PLAN.version("tools"),
    shell:
        "python -m cleanroom ask --config {params.config} --study {wildcards.study}"
        " --round {wildcards.round} > {log} 2>&1"


rule pydeface:
    input:
        PRIVATE / "work" / "{study}" / "tools" / "{round}",
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-pydeface")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-pydeface.log",
    priority: 2
    conda:
        "../../envs/tools/pydeface.yaml"
    container:
        PLAN.tool_image("pydeface")
    resources:
        mem_mb=PLAN.tool_memory("pydeface"),
        runtime=PLAN.tool_minutes("pydeface"),
    params:
        tool="pydeface",
        version=PLAN.version("tools"),
    shell:
        "sh {input}/{params.tool}.sh > {log} 2>&1"


use rule pydeface as quickshear with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-quickshear")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-quickshear.log",
    conda:
        "../../envs/tools/quickshear.yaml"
    container:
        PLAN.tool_image("quickshear")
    resources:
        mem_mb=PLAN.tool_memory("quickshear"),
        runtime=PLAN.tool_minutes("quickshear"),
    params:
        tool="quickshear",
        version=PLAN.version("tools"),


use rule pydeface as afni_refacer with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-afni_refacer")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-afni_refacer.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("afni_refacer")
    resources:
        mem_mb=PLAN.tool_memory("afni_refacer"),
        runtime=PLAN.tool_minutes("afni_refacer"),
    params:
        tool="afni_refacer",
        version=PLAN.version("tools"),


use rule pydeface as mri_reface with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-mri_reface")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-mri_reface.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("mri_reface")
    resources:
        mem_mb=PLAN.tool_memory("mri_reface"),
        runtime=PLAN.tool_minutes("mri_reface"),
    params:
        tool="mri_reface",
        version=PLAN.version("tools"),


use rule pydeface as anonymi with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-anonymi")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-anonymi.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("anonymi")
    resources:
        mem_mb=PLAN.tool_memory("anonymi"),
        runtime=PLAN.tool_minutes("anonymi"),
    params:
        tool="anonymi",
        version=PLAN.version("tools"),


use rule pydeface as mideface with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-mideface")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-mideface.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("mideface")
    resources:
        mem_mb=PLAN.tool_memory("mideface"),
        runtime=PLAN.tool_minutes("mideface"),
    params:
        tool="mideface",
        version=PLAN.version("tools"),


use rule pydeface as mri_deface with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-mri_deface")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-mri_deface.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("mri_deface")
    resources:
        mem_mb=PLAN.tool_memory("mri_deface"),
        runtime=PLAN.tool_minutes("mri_deface"),
    params:
        tool="mri_deface",
        version=PLAN.version("tools"),


use rule pydeface as fsl_deface with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-fsl_deface")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-fsl_deface.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("fsl_deface")
    resources:
        mem_mb=PLAN.tool_memory("fsl_deface"),
        runtime=PLAN.tool_minutes("fsl_deface"),
    params:
        tool="fsl_deface",
        version=PLAN.version("tools"),


use rule pydeface as face_masking with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-face_masking")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-face_masking.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("face_masking")
    resources:
        mem_mb=PLAN.tool_memory("face_masking"),
        runtime=PLAN.tool_minutes("face_masking"),
    params:
        tool="face_masking",
        version=PLAN.version("tools"),


use rule pydeface as custom with:
    output:
        temp(directory(PRIVATE / "work" / "{study}" / "tools" / "{round}-custom")),
    log:
        PRIVATE / "logs" / "tools" / "{study}-{round}-custom.log",
    conda:
        "../../envs/tools/own.yaml"
    container:
        PLAN.tool_image("custom")
    resources:
        mem_mb=PLAN.tool_memory("custom"),
        runtime=PLAN.tool_minutes("custom"),
    params:
        tool="custom",
        version=PLAN.version("tools"),
