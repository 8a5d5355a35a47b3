"""The machine-readable report, schema 1: what `--json` writes. Absent values are null."""

from __future__ import annotations

import json
from typing import Any

from grader.values import CheckResult, Report

SCHEMA = 1


def to_dict(report: Report) -> dict[str, Any]:
    """One report as plain data."""
    return {
        "schema": SCHEMA,
        "exercise": report.exercise.id,
        "course_version": report.exercise.version,
        "submission": {"path": report.submission.path, "sha256": report.submission.sha256},
        "points": report.score.points,
        "max_points": report.score.max_points,
        "passed": report.score.passed,
        "exit_code": report.score.exit_code,
        "checks": [check(result) for result in report.results],
        "environment": dict(report.environment),
    }


def check(result: CheckResult) -> dict[str, Any]:
    """One check as plain data. Of a hidden one nothing that could tell its inputs: the message names values too."""
    finding = None if result.hidden else result.finding
    return {
        "id": result.id,
        "title": result.title,
        "functions": list(result.functions),
        "verdict": result.verdict.value,
        "points": result.points,
        "max_points": result.max_points,
        "message": finding.message if finding else None,
        "call": finding.call if finding else None,
        "got": finding.got if finding else None,
        "expected": finding.expected if finding else None,
        "mistake": result.mistake,
        "hint": result.hint,
        "cell": result.cell,
        "line": result.line,
    }


def dumps(report: Report) -> str:
    """The report as JSON text: ASCII only, so that no console can choke on a student's characters."""
    return json.dumps(to_dict(report), indent=2, ensure_ascii=True)
