rule clean:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        identities=PRIVATE / "studies" / "{study}" / "identities.json",
    output:
        record=PRIVATE / "studies" / "{study}" / "clean.json",
        headers=temp(PRIVATE / "work" / "{study}" / "headers.zip"),
    log:
        PRIVATE / "logs" / "clean" / "{study}.log",
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("clean"),
        runtime=PLAN.minutes("clean"),
    params:
        config=PLAN.file,
        version=PLAN.version("clean"),
    shell:
        "python -m cleanroom clean --config {params.config} --study {wildcards.study} > {log} 2>&1"
