rule convert:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        text=PRIVATE / "studies" / "{study}" / "text.json",
    output:
        record=PRIVATE / "studies" / "{study}" / "volumes.json",
        volumes=temp(directory(PRIVATE / "work" / "{study}" / "volumes")),
    log:
        PRIVATE / "logs" / "convert" / "{study}.log",
    priority: 1
    conda:
        "../../envs/convert.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("convert"),
        runtime=PLAN.minutes("convert"),
    params:
        config=PLAN.file,
        version=PLAN.version("convert"),
    shell:
        "python -m cleanroom convert --config {params.config} --study {wildcards.study} > {log} 2>&1"
