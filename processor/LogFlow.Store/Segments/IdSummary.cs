namespace LogFlow.Store;

/// <summary>
/// The ids that a block may hold: a range of queue offsets, and whether there are ids of other senders.
/// </summary>
internal sealed record IdSummary(bool HasQueueIds, long MinOffset, long MaxOffset, bool HasExplicitIds)
{
    public static IdSummary Of(BlockDirectory directory)
    {
        var offset = directory.Find(FieldNames.Offset);
        return new IdSummary(
            offset is not null, offset?.Min ?? 0, offset?.Max ?? -1, directory.Find(FieldNames.Id) is not null);
    }
}
