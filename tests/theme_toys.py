"""Complaints of five kinds, and an encoder that tells them apart."""

from __future__ import annotations

import numpy as np

ISSUES = (
    "giao hàng trễ hẹn {} ngày chưa tới tay",
    "yêu cầu hoàn tiền {} lần chưa nhận được tiền",
    "ứng dụng bị treo ở bước {} rồi văng ra",
    "gọi tổng đài {} cuộc không ai trả lời",
    "nhân viên kho {} nói năng cộc lốc",
)


class Encoder:
    """A vector near one axis an issue, told by the first word."""

    name, digest, dimension = "toy", "toy-digest", 16

    def encode(self, texts: list[str], progress: object = None) -> np.ndarray:
        first = [i.split()[0] for i in ISSUES]
        groups = [first.index(t.split()[0]) for t in texts]
        noise = [np.random.default_rng(sum(map(ord, t))).normal(size=16) / 20 for t in texts]
        points = np.eye(16)[groups] + np.asarray(noise).reshape(len(texts), 16)
        unit: np.ndarray = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
        return unit


ENCODER = Encoder()


def texts(issue: int, numbers: range) -> list[str]:
    return [ISSUES[issue].format(n) for n in numbers]
