rule verify:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "work" / "{study}" / "clean.json",
        text=PRIVATE / "work" / "{study}" / "text.json",
        volumes=PRIVATE / "work" / "{study}" / "volumes.json",
        faces=PRIVATE / "work" / "{study}" / "faces.json",
        encoded=PRIVATE / "work" / "{study}" / "encoded.json",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        masks=PRIVATE / "work" / "{study}" / "faces",
        instances=PRIVATE / "work" / "{study}" / "encoded",
    output:
        record=PRIVATE / "work" / "{study}" / "verdict.json",
        pictures=directory(PRIVATE / "work" / "{study}" / "pictures"),
    log:
        PRIVATE / "logs" / "verify" / "{study}.log",
    conda:
        "../../envs/verify.yaml"
    resources:
        mem_mb=4000,
    params:
        config=PLAN.file,
        version=PLAN.version("verify"),
    shell:
        "python -m cleanroom verify --config {params.config} --study {wildcards.study} > {log} 2>&1"
