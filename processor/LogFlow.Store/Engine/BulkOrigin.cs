namespace LogFlow.Store;

/// <summary>
/// Where the items of a bulk come from: from the offsets that its claims cover, which are new where neither the
/// position nor what was found of a damaged segment is above them, or from elsewhere or below, and then only a look at
/// the ids tells whether they are stored.
/// </summary>
internal sealed class BulkOrigin
{
    private readonly PositionClaim[] _claims;
    private readonly long[] _standing;

    public BulkOrigin(PositionClaim[]? claims, PositionTable positions, FoundOffsets found)
    {
        _claims = claims ?? [];
        _standing = new long[_claims.Length];
        for (var i = 0; i < _claims.Length; i++)
        {
            var isKnown = positions.TryGetNext(_claims[i].TopicId, _claims[i].Partition, out var next);
            _standing[i] = Math.Max(
                isKnown ? next : _claims[i].First, found.EndOf(_claims[i].TopicId, _claims[i].Partition));
        }
    }

    public bool HasClaims => _claims.Length > 0;

    /// <summary>Whether a claim covers the id, and whether its document may be stored already.</summary>
    public bool IsCovered(in BulkItem item, out bool isBelow)
    {
        isBelow = false;
        if (!item.HasQueueId || Find(item.QueueId) is not (>= 0 and var index)
            || item.QueueId.Offset < _claims[index].First)
        {
            return false;
        }

        isBelow = item.QueueId.Offset < _standing[index];
        return true;
    }

    /// <summary>
    /// An item that no honest sender of these claims has: an offset beyond what it says it covers, or an id that is not
    /// of the queue. What comes from another partition, or from offsets before, is a dead letter that is written again.
    /// </summary>
    public bool IsWrong(in BulkItem item) => HasClaims
        && (!item.HasQueueId
            || (Find(item.QueueId) is >= 0 and var index && item.QueueId.Offset >= _claims[index].Next));

    private int Find(in DocumentId id)
    {
        for (var i = 0; i < _claims.Length; i++)
        {
            if (_claims[i].Partition == id.Partition && _claims[i].TopicId == id.TopicId)
            {
                return i;
            }
        }

        return -1;
    }
}
