namespace LogFlow.Queue.Storage;

/// <summary>
/// What partitions know of producers. Ids and epochs that are given out have to be above it, whatever has become of the
/// files that count them: one that is given twice has the batches of its new holder thrown away as repeats.
/// </summary>
public sealed class ProducerSurvey
{
    private readonly Dictionary<long, short> _epochs = [];

    /// <summary>The highest id; -1: none is known.</summary>
    public long HighestId { get; private set; } = -1;

    /// <summary>The highest epoch that any partition knows of a producer that was asked for; -1: none does.</summary>
    public short EpochOf(long producerId) => _epochs.GetValueOrDefault(producerId, (short)-1);

    internal void Add(long producerId, short epoch, bool isWanted)
    {
        HighestId = Math.Max(HighestId, producerId);
        if (isWanted && epoch > EpochOf(producerId))
        {
            _epochs[producerId] = epoch;
        }
    }
}
