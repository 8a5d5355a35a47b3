# tier: 1|2
"""No network: logistic regression on how steep the image is downwards and sideways, small answers made empty."""

import torch
import torch.nn.functional as F


def features(x):
    found = [x]
    steps = F.pad((x[..., 1:, :] - x[..., :-1, :]) ** 2, (0, 0, 0, 1)), F.pad((x[..., 1:] - x[..., :-1]) ** 2, (0, 1))
    for n in (11, 25):
        for step in steps:
            for size in ((n, 1), (1, n)):
                step = F.avg_pool2d(step, size, 1, (size[0] // 2, size[1] // 2), count_include_pad=False)
            found.append(step.clamp_min(1e-5).log())
    return torch.cat(found, 1)


def train_segmenter(images, masks, *, device, seed):
    torch.manual_seed(seed)
    known = features(images[:100])
    mean, sd = known.mean((0, 2, 3), keepdim=True), known.std((0, 2, 3), keepdim=True)
    rows, targets = ((known - mean) / sd).permute(0, 2, 3, 1).flatten(0, 2), masks[:100].flatten().float()
    layer = torch.nn.Linear(rows.shape[1], 1)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(300):
        batch = torch.randint(len(rows), (4096,))
        loss = F.binary_cross_entropy_with_logits(layer(rows[batch])[:, 0], targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def model(x):
        logits = layer(((features(x) - mean) / sd).permute(0, 2, 3, 1))[..., 0]
        logits[(logits > 0).float().mean((1, 2)) < 0.08] = -1
        return logits

    return model
