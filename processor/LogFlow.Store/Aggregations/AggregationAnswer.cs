namespace LogFlow.Store;

/// <summary>What the writing of aggregations needs to know, and how many buckets it has written.</summary>
/// <param name="usesTypedKeys">Names become <c>type#name</c>: Elastic's clients for .NET and Java ask for it.</param>
/// <param name="contents">Fields and their kinds of values.</param>
internal sealed class AggregationAnswer(bool usesTypedKeys, BlockContents contents)
{
    /// <summary>Matches Elasticsearch <c>search.max_buckets</c>.</summary>
    public const int BucketCountMax = 65_536;

    private const int NumberKinds = (1 << (int)StoredKind.Int64) | (1 << (int)StoredKind.Double)
        | (1 << (int)StoredKind.Bool) | (1 << (int)StoredKind.Time);

    private int _bucketCount;

    public bool UsesTypedKeys => usesTypedKeys;

    /// <summary>Kinds of values that a field has anywhere; 0: nobody has it.</summary>
    public int KindsOf(string field) => contents.Fields.GetValueOrDefault(field);

    /// <summary>Some documents have numbers, times or booleans in the field.</summary>
    public bool HasNumbers(string field) => (KindsOf(field) & NumberKinds) != 0
        || FieldTypes.Of(field) is FieldType.Date or FieldType.Long;

    /// <exception cref="QueryException">The answer has too many buckets.</exception>
    public void CountBucket()
    {
        if (++_bucketCount > BucketCountMax)
        {
            throw new QueryException("too_many_buckets_exception",
                $"Trying to create too many buckets. Must be less than or equal to: [{BucketCountMax}] but this number "
                + "of buckets was exceeded.");
        }
    }
}
