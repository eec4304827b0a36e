rule deface:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=PRIVATE / "studies" / "{study}" / "volumes.json",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        earlier=PLAN.earlier,
        tried=PLAN.tried,
    output:
        record=PRIVATE / "studies" / "{study}" / "faces.json",
        masks=directory(PRIVATE / "work" / "{study}" / "faces"),
    log:
        PRIVATE / "logs" / "deface" / "{study}.log",
    conda:
        "../../envs/deface.yaml"
    resources:
        mem_mb=4000,
    params:
        config=PLAN.file,
        version=PLAN.version("deface"),
    shell:
        "python -m cleanroom deface --config {params.config} --study {wildcards.study} > {log} 2>&1"
