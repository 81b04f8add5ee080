namespace LogFlow.Processor.Pipeline;

/// <summary>
/// The maps of a worker's events, used again for the next ones: an event of a dozen maps makes no garbage of them. All
/// are taken back at once, when the events they belong to are written. Not thread-safe.
/// </summary>
internal sealed class EventPool
{
    // Most maps below an event's root hold a field or two. Kept apart from roots, their arrays stay small.
    private const int SmallCapacityMax = 4;

    private readonly Shelf _small = new();
    private readonly Shelf _large = new();

    /// <summary>An empty map for members of this JSON.</summary>
    public EventMap Rent(ReadOnlyMemory<byte> source, int capacity)
    {
        var shelf = capacity <= SmallCapacityMax ? _small : _large;
        if (shelf.Used == shelf.Maps.Count)
        {
            shelf.Maps.Add(new EventMap(this, capacity));
        }

        var map = shelf.Maps[shelf.Used++];
        map.Begin(source);
        return map;
    }

    /// <summary>Takes all maps back: nobody may use an event that was made with them any more.</summary>
    public void TakeBack()
    {
        TakeBack(_small);
        TakeBack(_large);
    }

    private static void TakeBack(Shelf shelf)
    {
        for (var i = 0; i < shelf.Used; i++)
        {
            shelf.Maps[i].End();
        }

        shelf.Used = 0;
    }

    private sealed class Shelf
    {
        public readonly List<EventMap> Maps = [];
        public int Used;
    }
}
