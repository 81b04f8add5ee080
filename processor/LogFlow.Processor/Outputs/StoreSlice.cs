using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// A part of a batch on its way to the store: its offsets and the documents that came of them. Usually the whole batch;
/// less where the store refused more at once.
/// </summary>
internal sealed record StoreSlice(
    InFlightBatch Batch, BulkPart? Part, int FirstItem, int ItemCount, long FirstOffset, long NextOffset)
{
    public BulkRequest? Request => Part?.Request;

    public static List<StoreSlice> Of(List<InFlightBatch> batches, int output)
    {
        var slices = new List<StoreSlice>(batches.Count);
        foreach (var batch in batches)
        {
            var part = batch.GetPart(output) as BulkPart;
            slices.Add(new StoreSlice(batch, part, 0, part?.Count ?? 0, batch.FirstOffset, batch.NextOffset));
        }

        return slices;
    }

    /// <summary>The windows that the slices belong to, each once.</summary>
    public static List<PartitionWindow> Windows(List<StoreSlice> slices)
    {
        var windows = new List<PartitionWindow>();
        foreach (var slice in slices)
        {
            if (!windows.Contains(slice.Batch.Window))
            {
                windows.Add(slice.Batch.Window);
            }
        }

        return windows;
    }

    public static BulkItemRef[] Items(List<StoreSlice> slices)
    {
        var items = new BulkItemRef[slices.Sum(static slice => slice.ItemCount)];
        var next = 0;
        foreach (var slice in slices)
        {
            for (var item = 0; item < slice.ItemCount; item++)
            {
                items[next++] = new BulkItemRef(slice.Part!.Lease, slice.FirstItem + item);
            }
        }

        return items;
    }

    /// <summary>
    /// Dead-letters what the store will not take. Its positions move over the whole request, so an item that it
    /// would take another time cannot be sent again alone; none is answered so.
    /// </summary>
    public static void HandOverRefused(List<StoreSlice> slices, BulkItemResult[] results, string output)
    {
        var next = 0;
        foreach (var slice in slices)
        {
            var letters = new List<DeadLetter>();
            for (var item = 0; item < slice.ItemCount; item++)
            {
                var result = results[next++];
                if (result.Status is 409 or (>= 200 and < 300))
                {
                    continue;
                }

                letters.Add(new DeadLetter(
                    slice.Batch.GetRecord(slice.Request!.GetTag(slice.FirstItem + item)),
                    slice.Batch.Window.TopicPartition,
                    DeadLetterStage.Output,
                    output,
                    $"{result.Status} {result.ErrorType}: {result.ErrorReason}")
                {
                    TopicId = slice.Batch.Window.Identity.TopicId,
                });
            }

            if (letters.Count > 0)
            {
                slice.Batch.HandOver(letters);
            }
        }
    }

    /// <summary>Halves the slices, at last between two records of one; false where a single record is left.</summary>
    public static bool TryHalve(List<StoreSlice> slices, out List<StoreSlice> first, out List<StoreSlice> second)
    {
        if (slices.Count > 1)
        {
            first = slices[..(slices.Count / 2)];
            second = slices[(slices.Count / 2)..];
            return true;
        }

        var slice = slices[0];
        first = second = slices;
        if (slice.ItemCount < 2)
        {
            return false;
        }

        // The documents of one record stay together: an offset belongs to one range only.
        var request = slice.Request!;
        var cut = slice.FirstItem + (slice.ItemCount / 2);
        var end = slice.FirstItem + slice.ItemCount;
        while (cut < end && request.GetTag(cut) == request.GetTag(cut - 1))
        {
            cut++;
        }

        if (cut == end)
        {
            cut = slice.FirstItem + (slice.ItemCount / 2);
            while (cut > slice.FirstItem && request.GetTag(cut) == request.GetTag(cut - 1))
            {
                cut--;
            }
        }

        if (cut == slice.FirstItem)
        {
            return false;
        }

        var boundary = request.GetTag(cut);
        first = [slice with { ItemCount = cut - slice.FirstItem, NextOffset = boundary }];
        second = [slice with { FirstItem = cut, ItemCount = end - cut, FirstOffset = boundary }];
        return true;
    }
}
