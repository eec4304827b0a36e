rule report:
    input:
        studies=PRIVATE / "studies.tsv",
        text=PRIVATE / "work" / "files" / "text.json",
        verdict=PRIVATE / "work" / "files" / "verdict.json",
        files=PRIVATE / "files" / "released.json",
        released=lambda wildcards: PLAN.released(checkpoints.intake.get().output[0]),
    output:
        report=OUTPUT / "report" / "report.json",
        page=OUTPUT / "report" / "index.html",
        series=report(OUTPUT / "report" / "series.tsv", caption="../report/series.rst"),
        set_aside=report(OUTPUT / "set_aside.tsv", caption="../report/set_aside.rst"),
        manifest=OUTPUT / "release" / "manifest.tsv",
        crate=OUTPUT / "provenance" / "ro-crate-metadata.json",
        inventory=PRIVATE / "inventory.tsv",
        crosswalk=PRIVATE / "crosswalk.tsv",
        private=PRIVATE / "report" / "index.html",
    log:
        PRIVATE / "logs" / "report.log",
    conda:
        "../../envs/report.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.growing(2000),
        runtime=PLAN.growing(60),
    params:
        config=PLAN.file,
        input=PLAN.fingerprint,
        decisions=PLAN.review,
        version=PLAN.version("report"),
        damage=PLAN.damaged("report"),
    shell:
        "python -m cleanroom report --config {params.config} > {log} 2>&1"
