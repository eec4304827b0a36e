rule release:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "studies" / "{study}" / "clean.json",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=PRIVATE / "studies" / "{study}" / "volumes.json",
        faces=PRIVATE / "studies" / "{study}" / "faces.json",
        encoded=PRIVATE / "studies" / "{study}" / "encoded.json",
        verdict=PRIVATE / "studies" / "{study}" / "verdict.json",
        instances=PRIVATE / "work" / "{study}" / "encoded",
        nifti=PLAN.nifti,
    output:
        record=PRIVATE / "studies" / "{study}" / "released.json",
    log:
        PRIVATE / "logs" / "release" / "{study}.log",
    priority: 6
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("release"),
        runtime=PLAN.minutes("release"),
    params:
        config=PLAN.file,
        decisions=PLAN.decided("release"),
        version=PLAN.version("release"),
    shell:
        "python -m cleanroom release --config {params.config} --study {wildcards.study} > {log} 2>&1"


rule release_files:
    input:
        text=PRIVATE / "work" / "files" / "text.json",
        verdict=PRIVATE / "work" / "files" / "verdict.json",
    output:
        record=PRIVATE / "files" / "released.json",
    log:
        PRIVATE / "logs" / "release" / "files.log",
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.growing(1000),
        runtime=PLAN.growing(60),
    params:
        config=PLAN.file,
        version=PLAN.version("files"),
        damage=PLAN.damaged("files"),
    shell:
        "python -m cleanroom release --config {params.config} > {log} 2>&1"
