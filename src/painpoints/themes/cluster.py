"""Group segments that say the same thing. Labels are ints from 0; -1 is in no group."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.views import thinned, unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from painpoints.settings import ThemeSettings

__all__ = [
    "adopt_strays",
    "cluster_rows",
    "dense_rows",
    "inherit_themes",
    "lead_to_examples",
    "linked_levels",
    "memberships",
    "merge_alike",
    "minimum_size",
    "modularity",
    "nearest_votes",
]


# typical distances beyond which an outlier's edges stop weakening: its row must not vanish from the graph
FARTHEST = 4.0
# distance at which two groups are never joined
FAR_APART = 4.0
# memory for one block of distances; scikit-learn's own default is a gigabyte
DISTANCE_MEGABYTES = 128


def minimum_size(count: int, settings: ThemeSettings) -> int:
    """Smallest number of distinct texts that make a theme among ``count``: grows with the square root."""
    return max(settings.min_segments, round(settings.min_size_root * float(np.sqrt(count))))


def cluster_rows(view: np.ndarray, content: list[set[str]], settings: ThemeSettings, size: int) -> np.ndarray:
    """Labels of some thousands of rows of ``view`` (unit rows), whose content words and concepts are ``content``.

    Average linkage (Sokal & Michener 1958): it measured best by far on vectors in which two wordings of one issue are only
    somewhat nearer than two issues. Near copies count once, and rows are drawn towards their nearest ones first. Cut at the
    finest distance whose groups hold nearly as many rows as any cut's, and which the graph of nearest neighbours bears out
    nearly as well as the best cut's; groups of fewer rows than `size` are dissolved.
    """
    if len(view) < settings.min_segments:
        return np.full(len(view), -1)
    if len(view) <= settings.small_rows:
        return _without_few(_link_on_average(view, content, settings), size)
    copies = linked_levels(view @ view.T, (settings.copy_distance,))[0]
    wordings = unit_rows(group_sums(view, copies)).astype(np.float32)
    times = np.bincount(copies)
    likeness = wordings @ wordings.T
    drawn = _drawn_together(wordings, likeness, settings)
    levels = [
        _without_few(labels, size, times)
        for labels in linked_levels(drawn @ drawn.T, settings.theme_distances)
    ]
    graph = _neighbour_graph(likeness, settings.graph_neighbours)
    found: np.ndarray = _finest_borne_out(levels, graph, settings)[copies]
    return found


def _finest_borne_out(levels: list[np.ndarray], graph: csr_matrix, settings: ThemeSettings) -> np.ndarray:
    """The first of `levels`, fine to coarse, with most of the best modularity and most of what any of them groups."""
    gains = np.array([modularity(graph, labels) for labels in levels])
    grouped = np.array([(labels >= 0).mean() for labels in levels])
    enough = (gains >= settings.modularity_share * gains.max()) & (
        grouped >= settings.grouped_share * grouped.max()
    )
    return levels[int(np.flatnonzero(enough)[0]) if enough.any() else int(gains.argmax())]


def _drawn_together(rows: np.ndarray, likeness: np.ndarray, settings: ThemeSettings) -> np.ndarray:
    """Unit rows halfway between each row and the mean of its nearest rows, weighted by their cosines.

    One step of diffusion over the graph of neighbours: it evens out what single wordings say by the way. Of few rows none is
    near enough to tell more than the row itself, so that the neighbours grow with the rows.
    """
    count = len(rows)
    near = min(settings.draw_neighbours, (count - settings.draw_from) // settings.draw_rows)
    if near < 1:
        return rows
    nearest, weight = _nearest(likeness, near)
    middle = np.stack([w @ rows[own] for w, own in zip(weight, nearest, strict=True)])
    drawn: np.ndarray = unit_rows(rows + unit_rows(middle)).astype(np.float32)
    return drawn


def _without_few(labels: np.ndarray, size: int, times: np.ndarray | None = None) -> np.ndarray:
    """Groups of fewer than ``size`` rows dissolved, the others numbered from 0 without gaps; a row counts ``times``."""
    few = np.bincount(labels, weights=times) < size
    kept = np.where(few[labels], -1, labels)
    _, kept[kept >= 0] = np.unique(kept[kept >= 0], return_inverse=True)
    return kept


def _nearest(likeness: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    """int[n, k], float[n, k]: each row's nearest other rows, in no order, and their cosines, none below 0."""
    near = min(neighbours, len(likeness) - 1)
    others = likeness.copy()
    np.fill_diagonal(others, -np.inf)
    nearest = np.argpartition(-others, near - 1, axis=1)[:, :near]
    return nearest, np.clip(np.take_along_axis(others, nearest, axis=1), 0.0, None)


def _neighbour_graph(likeness: np.ndarray, neighbours: int) -> csr_matrix:
    """Symmetric graph of each row's nearest rows, edges weighing their cosine."""
    from scipy.sparse import csr_matrix

    nearest, weight = _nearest(likeness, neighbours)
    rows = np.repeat(np.arange(len(likeness)), nearest.shape[1])
    graph = csr_matrix((weight.ravel(), (rows, nearest.ravel())), shape=likeness.shape)
    return graph.maximum(graph.T)


def modularity(graph: csr_matrix, labels: np.ndarray) -> float:
    """Share of a graph's weight within groups minus what chance would give (Newman & Girvan 2004); label -1 is alone."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    total = max(float(degree.sum()), 1e-12)
    edges = graph.tocoo()
    inside = (labels[edges.row] == labels[edges.col]) & (labels[edges.row] >= 0)
    known = labels >= 0
    of_group = np.bincount(labels[known], weights=degree[known], minlength=1)
    return float(edges.data[inside].sum() / total - ((of_group / total) ** 2).sum())


def linked_levels(likeness: np.ndarray, distances: Sequence[float]) -> list[np.ndarray]:
    """Labels of all rows from one hierarchy over their cosines, cut at each of `distances` (1 - mean cosine)."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    gap = np.clip(1.0 - likeness.astype(np.float64), 0.0, None)
    np.fill_diagonal(gap, 0.0)
    tree = linkage(squareform(gap, checks=False), method="average")
    return [fcluster(tree, distance, criterion="distance") - 1 for distance in distances]


def dense_rows(view: np.ndarray, settings: ThemeSettings, size: int, seed: int) -> np.ndarray:
    """Labels of rows among which few belong together: HDBSCAN over a Laplacian eigenmap.

    For what a sample of a large run was too thin to show.
    """
    if len(view) < max(settings.small_rows, 2 * size):
        return np.full(len(view), -1)
    return _dense_groups(_eigenmap(view, settings, seed), size, settings)


def _link_on_average(view: np.ndarray, content: list[set[str]], settings: ThemeSettings) -> np.ndarray:
    """Average linkage of very few rows.

    The fewer the rows, the less their mean says about what the encoder's vectors have in common, so that three rows
    of one theme, once centred, look unrelated: there the words decide, and the vectors gain weight with the rows.
    """
    from sklearn.cluster import AgglomerativeClustering

    trust = len(view) / (len(view) + settings.language_prior)
    likeness = trust * (view @ view.T) + (1 - trust) * _shared_content(content)
    distance = np.clip(1.0 - likeness.astype(np.float64), 0.0, None)
    np.fill_diagonal(distance, 0.0)
    model = AgglomerativeClustering(
        None, distance_threshold=settings.small_distance, metric="precomputed", linkage="average"
    )
    labels: np.ndarray = model.fit_predict(distance)
    return labels


def _shared_content(content: list[set[str]]) -> np.ndarray:
    """Cosine between sets: common elements over the root of the product of the sizes."""
    rows = [
        [len(one & other) / np.sqrt(max(1, len(one) * len(other))) for other in content] for one in content
    ]
    return np.array(rows)


def _eigenmap(view: np.ndarray, settings: ThemeSettings, seed: int) -> np.ndarray:
    """Laplacian eigenmap of the nearest-neighbour graph (Belkin & Niyogi 2003), unit rows.

    UMAP starts from the same map. On some thousands of rows it groups as well as UMAP does, without its
    compiling.
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import eigsh
    from sklearn import config_context
    from sklearn.neighbors import kneighbors_graph

    with config_context(working_memory=DISTANCE_MEGABYTES):
        graph = kneighbors_graph(view, settings.spectral_neighbours, mode="distance", metric="cosine")
    typical = max(float(np.median(graph.data)), 1e-6)
    graph.data = np.exp(-(np.minimum(graph.data / typical, FARTHEST) ** 2))
    graph = graph.maximum(graph.T)
    scale = diags(1.0 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel()))
    start = np.random.default_rng(seed).uniform(-1, 1, len(view))
    dims = min(settings.spectral_dims, len(view) - 2)
    values, maps = eigsh(
        scale @ graph @ scale, k=dims, which="LA", v0=start, tol=1e-4, maxiter=20 * len(view)
    )
    points: np.ndarray = unit_rows(scale @ maps[:, np.argsort(-values)])
    return points


def _dense_groups(points: np.ndarray, size: int, settings: ThemeSettings) -> np.ndarray:
    """HDBSCAN leaves: the finest groups that persist. `merge_alike` joins those that say the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hdbscan's use of scikit-learn is deprecated there, not here
        import hdbscan

        model = hdbscan.HDBSCAN(
            min_cluster_size=size,
            min_samples=settings.density_neighbours,
            cluster_selection_method="leaf",
            core_dist_n_jobs=1,
        )
        labels: np.ndarray = model.fit_predict(points)
    return labels


def group_sums(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """float32[groups, d]: sum of the rows of each group, label -1 left out."""
    sums = np.zeros((int(labels.max(initial=-1)) + 1, rows.shape[1]), dtype=np.float64)
    inside = labels >= 0
    np.add.at(sums, labels[inside], rows[inside])
    return sums


def merge_alike(
    view: np.ndarray, words: list[set[str]], labels: np.ndarray, settings: ThemeSettings, known: int = 0
) -> np.ndarray:
    """Join groups where meaning and vocabulary both agree, for every pair within the joined group.

    Complete linkage, because chains of pairwise mergers join what has nothing in common at the ends. The first
    ``known`` groups keep their numbers and are never joined with one another.
    """
    from sklearn.cluster import AgglomerativeClustering

    groups = int(labels.max(initial=-1)) + 1
    if groups < 2:
        return labels
    fixed = np.arange(groups) < known
    centroids = unit_rows(group_sums(view, labels))
    meaning = centroids @ centroids.T
    vocabulary = _vocabulary_likeness(words, labels, groups)
    likeness = np.minimum(meaning - settings.merge_meaning, vocabulary - settings.merge_vocabulary)
    distance = np.clip(1.0 - likeness, 0.0, None)
    distance[np.ix_(fixed, fixed)] = FAR_APART
    np.fill_diagonal(distance, 0.0)
    joined = AgglomerativeClustering(
        None, distance_threshold=1.0, metric="precomputed", linkage="complete"
    ).fit_predict(distance)
    merged: np.ndarray = np.where(labels >= 0, _known_first(joined, fixed)[labels], -1)
    return merged


def _known_first(joined: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The numbers of joined groups; one that holds a known group has that group's own."""
    if not fixed.any():
        return joined
    own = {int(joined[group]): int(group) for group in np.flatnonzero(fixed)}
    others = [int(n) for n in np.unique(joined) if int(n) not in own]
    numbers = own | {n: int(fixed.sum()) + place for place, n in enumerate(others)}
    return np.array([numbers[int(n)] for n in joined])


def _vocabulary_likeness(words: list[set[str]], labels: np.ndarray, groups: int) -> np.ndarray:
    """Cosine between the groups' class-based TF-IDF vectors (Grootendorst 2022)."""
    from sklearn.feature_extraction import DictVectorizer

    counts: list[dict[str, int]] = [{} for _ in range(groups)]
    for label, own in zip(labels, words, strict=True):
        if label >= 0:
            for word in own:
                counts[label][word] = counts[label].get(word, 0) + 1
    table = DictVectorizer(dtype=np.float64).fit_transform(counts).tocsr()
    total = np.asarray(table.sum(axis=0)).ravel()
    sizes = np.maximum(np.asarray(table.sum(axis=1)).ravel(), 1.0)
    weighted = (
        table.multiply(1.0 / sizes[:, None]).multiply(np.log1p(sizes.mean() / np.maximum(total, 1.0))).tocsr()
    )
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = weighted.multiply(1.0 / np.maximum(lengths, 1e-12)[:, None]).tocsr()
    likeness: np.ndarray = np.asarray((weighted @ weighted.T).todense())
    return likeness


def nearest_votes(
    view: np.ndarray, labels: np.ndarray, settings: ThemeSettings, block: int = 2048
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every row: the group most of its nearest labelled rows are in, that group's share of the votes,
    closeness.

    A vote weighs the cosine; a row does not vote for itself. Closeness is the mean cosine to its nearest
    rows within the group. Rows are compared in blocks with at most ``vote_rows`` labelled rows, so memory
    stays O(n).
    """
    voters = _voters(labels, settings.vote_rows)
    best = np.full(len(view), -1)
    share = np.zeros(len(view))
    closeness = np.zeros(len(view))
    if not len(voters):
        return best, share, closeness
    near = min(settings.vote_neighbours, len(voters))
    for start in range(0, len(view), block):
        rows = np.arange(start, min(start + block, len(view)))
        cosines = view[rows] @ view[voters].T
        cosines[rows[:, None] == voters[None, :]] = -1.0
        nearest = np.argpartition(-cosines, near - 1, axis=1)[:, :near]
        weight = np.clip(np.take_along_axis(cosines, nearest, axis=1), 0.0, None)
        group = labels[voters][nearest]
        agree = group[:, :, None] == group[:, None, :]
        votes = (agree * weight[:, None, :]).sum(axis=2)
        pick = np.lexsort((group, -votes), axis=1)[:, 0]
        line = np.arange(len(rows))
        best[rows] = group[line, pick]
        share[rows] = votes[line, pick] / np.maximum(weight.sum(axis=1), 1e-12)
        mates = agree[line, pick]
        closeness[rows] = (weight * mates).sum(axis=1) / np.maximum(mates.sum(axis=1), 1)
    return best, share, closeness


def _voters(labels: np.ndarray, most: int) -> np.ndarray:
    """Labelled rows, thinned evenly where there are more than ``most``."""
    return thinned(np.flatnonzero(labels >= 0), most)


def lead_to_examples(
    meaning: np.ndarray, labels: np.ndarray, themes: np.ndarray, settings: ThemeSettings, block: int = 2048
) -> np.ndarray:
    """The one of ``themes`` whose examples (the rows with its label) a row comes nearest to, -1 where to none near enough.

    ``meaning`` are unit rows around their language's mean. Each is drawn halfway towards the mean of its nearest rows, as
    `cluster_rows` does, and compared with the mean of the examples: one sentence alone says much by the way.
    """
    middles = unit_rows(np.stack([meaning[labels == theme].mean(axis=0) for theme in themes]))
    others = thinned(np.arange(len(meaning)), settings.vote_rows)
    near = min(settings.vote_neighbours, len(others) - 1)
    found = np.full(len(meaning), -1)
    for start in range(0, len(meaning) if near > 0 else 0, block):
        rows = np.arange(start, min(start + block, len(meaning)))
        cosines = meaning[rows] @ meaning[others].T
        cosines[rows[:, None] == others[None, :]] = -1.0
        nearest = others[np.argpartition(-cosines, near - 1, axis=1)[:, :near]]
        drawn = unit_rows(meaning[rows] + unit_rows(meaning[nearest].mean(axis=1)))
        likeness = drawn @ middles.T
        best = likeness.argmax(axis=1)
        found[rows] = np.where(likeness.max(axis=1) >= settings.guided_near, themes[best], -1)
    return found


def inherit_themes(
    view: np.ndarray, labels: np.ndarray, rows: np.ndarray, groups: np.ndarray, settings: ThemeSettings
) -> np.ndarray:
    """Free rows that were clustered together with a known theme are of it, whatever a threshold says of each alone.

    ``groups`` are those of ``rows``, ``labels`` the themes of all rows. A group is of every theme that has at least
    ``inherit_share`` of its rows in it; where these are several, each row is of the one its nearest rows are of.
    """
    labels = labels.copy()
    best, _, _ = nearest_votes(view, labels, settings)
    sizes = np.bincount(labels[rows][labels[rows] >= 0], minlength=int(labels.max(initial=-1)) + 1)
    for group in range(int(groups.max(initial=-1)) + 1):
        members = rows[groups == group]
        known = labels[members]
        inside = np.bincount(known[known >= 0], minlength=len(sizes))
        heirs = np.flatnonzero(inside >= np.maximum(1, settings.inherit_share * sizes))
        heirs = heirs[inside[heirs] > 0]
        if not len(heirs):
            continue
        free = members[known < 0]
        main = heirs[np.argmax(inside[heirs])]
        labels[free] = np.where(np.isin(best[free], heirs), best[free], main)
    return labels


def adopt_strays(view: np.ndarray, labels: np.ndarray, settings: ThemeSettings) -> np.ndarray:
    """Labels in which a stray row is of the group of its nearest rows where it is as close to them as the group's own
    rows are."""
    best, share, closeness = nearest_votes(view, labels, settings)
    members = labels >= 0
    own = members & (best == labels)
    usual = np.full(int(labels.max(initial=-1)) + 1, 1.0)
    for group in range(len(usual)):
        mates = closeness[own & (labels == group)]
        if len(mates):
            usual[group] = np.quantile(mates, settings.adopt_quantile)
    strays = ~members & (best >= 0) & (share >= settings.adopt_share)
    strays[strays] = closeness[strays] >= usual[best[strays]]
    adopted: np.ndarray = np.where(strays, best, labels)
    return adopted


def memberships(meaning: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """float[n]: cosine of each row of ``meaning`` (unit rows around their language's mean) to the mean of its group, at
    least 0.01; 0 in no group."""
    middles = unit_rows(group_sums(meaning, labels))
    inside = labels >= 0
    found = np.zeros(len(labels))
    found[inside] = np.clip((meaning[inside] * middles[labels[inside]]).sum(axis=1), 0.01, 1.0)
    return found
