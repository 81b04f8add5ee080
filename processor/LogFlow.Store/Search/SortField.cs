namespace LogFlow.Store;

/// <summary>One key of a search's order.</summary>
internal sealed record SortField(string Field, bool IsDescending, bool MissingFirst)
{
    /// <summary>Order of arrival: <c>_doc</c>.</summary>
    public bool IsArrival { get; } = Field is "_doc" or "_shard_doc" or "_seq_no";

    public bool IsTimestamp { get; } = Field == FieldNames.Timestamp;

    public bool IsDate { get; } = FieldTypes.Of(Field) == FieldType.Date;

    public bool IsIp { get; } = FieldTypes.Of(Field) == FieldType.Ip;

    public int Compare(in SortValue a, in SortValue b)
    {
        var (aMissing, bMissing) = (a.Kind == StoredKind.None, b.Kind == StoredKind.None);
        if (aMissing || bMissing)
        {
            return aMissing == bMissing ? 0 : aMissing == MissingFirst ? -1 : 1;
        }

        var order = SortValue.Compare(a, b);
        return IsDescending ? -order : order;
    }
}
