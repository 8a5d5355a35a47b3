# verdict: RAISED
# message: was not made for 50 images
"""A model that refuses batches of more than 16 images."""


def train_segmenter(images, masks, *, device, seed):
    def model(x):
        if len(x) > 16:
            raise RuntimeError(f"was not made for {len(x)} images")
        return x

    return model
