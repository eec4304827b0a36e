rule part:
    input:
        studies=PRIVATE / "studies.tsv",
        released=lambda wildcards: PLAN.released(checkpoints.intake.get().output[0]),
        files=PLAN.loose,
    output:
        PRIVATE / "parts" / "{part}.tsv",
    log:
        PRIVATE / "logs" / "part" / "{part}.log",
    localrule: True
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    shell:
        "date -u +%FT%TZ > {output} 2> {log}"
