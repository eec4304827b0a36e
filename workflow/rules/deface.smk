rule deface:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=ancient(PRIVATE / "studies" / "{study}" / "volumes.json"),
        earlier=PLAN.earlier,
        tried=PLAN.tried,
    output:
        record=PRIVATE / "studies" / "{study}" / "faces.json",
        masks=directory(PRIVATE / "work" / "{study}" / "faces"),
    log:
        PRIVATE / "logs" / "deface" / "{study}.log",
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
        version=PLAN.version("deface"),
    shell:
        "python -m cleanroom deface --config {params.config} --study {wildcards.study} > {log} 2>&1"
