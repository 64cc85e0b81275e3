"""All tables: importing this module makes `metadata` whole."""

from __future__ import annotations

from app.models.records.base import Record
from app.models.records.column_mapping import ColumnMappingRecord
from app.models.records.dataset import DatasetRecord
from app.models.records.job import JobRecord
from app.models.records.segment_edit import SegmentEditRecord

__all__ = ["ColumnMappingRecord", "DatasetRecord", "JobRecord", "SegmentEditRecord", "metadata"]

metadata = Record.metadata
