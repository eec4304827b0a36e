"""What identifies in the originals of a study, ready for searching what is to be released."""

import logging
import zipfile

from cleanroom.study import Study
from cleanroom.verify.file_search import FileSearch
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import original
from cleanroom.verify.subject import Policy
from cleanroom.verify.vocabulary import Vocabulary

log = logging.getLogger(__name__)


def identities(study: Study, allowed: Policy) -> FileSearch:
    """The gate's own search, over every original of the study, those that are set aside included."""
    vocabulary = Vocabulary(options=allowed.options, kept=allowed.kept)
    for row in study.instances:
        try:
            with original(study.config.input, row.path, study.scratch) as buffer:
                vocabulary.harvest(Header(buffer))
        except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
            log.warning(
                "%s/%s: the original cannot be read (%s)", row.series, row.number, type(error).__name__
            )
    return FileSearch(vocabulary)
