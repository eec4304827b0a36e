rule encode:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "work" / "{study}" / "clean.json",
        text=PRIVATE / "work" / "{study}" / "text.json",
        volumes=PRIVATE / "work" / "{study}" / "volumes.json",
        faces=PRIVATE / "work" / "{study}" / "faces.json",
        datasets=PRIVATE / "work" / "{study}" / "headers.zip",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        masks=PRIVATE / "work" / "{study}" / "faces",
    output:
        record=PRIVATE / "work" / "{study}" / "encoded.json",
        instances=temp(directory(PRIVATE / "work" / "{study}" / "encoded")),
    log:
        PRIVATE / "logs" / "encode" / "{study}.log",
    conda:
        "../../envs/headers.yaml"
    resources:
        mem_mb=4000,
    params:
        config=PLAN.file,
        version=PLAN.version("encode"),
    shell:
        "python -m cleanroom encode --config {params.config} --study {wildcards.study} > {log} 2>&1"
