"""What holds for files in a folder holds for files in a bucket: the same promises, kept on the other kind of storage."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.buckets import bucket_server, bucket_settings
from tests.integration.registry.test_files_in_parts import (
    test_a_part_that_changed_is_kept_as_it_came_last,
    test_an_upload_given_up_leaves_nothing,
    test_parts_become_one_file_and_nothing_is_left,
    test_parts_that_are_not_there_make_no_file,
    test_parts_together_stay_below_the_limit_of_one_file,
)
from tests.integration.registry.test_files_of_runs import (
    program,
    root,
    run,
    test_a_broken_download_goes_on_only_with_the_same_file,
    test_a_file_comes_back_as_it_went,
    test_a_file_is_replaced_and_the_same_bytes_change_nothing,
    test_a_file_over_the_limit_is_refused_and_not_kept,
    test_a_folder_is_removed_with_all_that_is_in_it,
    test_a_part_of_a_file_is_sent,
)

__all__ = [
    "program",
    "root",
    "run",
    "test_a_broken_download_goes_on_only_with_the_same_file",
    "test_a_file_comes_back_as_it_went",
    "test_a_file_is_replaced_and_the_same_bytes_change_nothing",
    "test_a_file_over_the_limit_is_refused_and_not_kept",
    "test_a_folder_is_removed_with_all_that_is_in_it",
    "test_a_part_of_a_file_is_sent",
    "test_a_part_that_changed_is_kept_as_it_came_last",
    "test_an_upload_given_up_leaves_nothing",
    "test_parts_become_one_file_and_nothing_is_left",
    "test_parts_that_are_not_there_make_no_file",
    "test_parts_together_stay_below_the_limit_of_one_file",
]

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="module")
def buckets() -> Iterator[str]:
    with bucket_server() as address:
        yield address


@pytest.fixture(autouse=True)
def _in_a_bucket(buckets: str, settings: Settings) -> None:
    settings.STORAGES = settings.STORAGES | {"content": bucket_settings(buckets)}
