namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The APIs this library can encode and decode, in the order of their keys. What a broker advertises is its own
/// decision
/// within these ranges.
/// </summary>
public static partial class KafkaApis
{
    private static readonly ApiVersionRange[] Table = CreateTable();

    // API keys are small and dense: a direct lookup, with holes where this library has no messages.
    private static readonly ApiVersionRange?[] ByKey = Index(Table);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiVersionRange> All => Table;

    /// <summary>The versions of one API; false when this library has no messages for it.</summary>
    public static bool TryGet(ApiKey key, out ApiVersionRange range)
    {
        var found = (uint)key < (uint)ByKey.Length ? ByKey[(int)key] : null;
        range = found.GetValueOrDefault();
        return found.HasValue;
    }

    /// <summary>Whether bodies and headers of this version are flexible; false for unknown APIs.</summary>
    public static bool IsFlexible(ApiKey key, short version) =>
        TryGet(key, out var range) && version >= range.FirstFlexible;

    private static ApiVersionRange?[] Index(ApiVersionRange[] table)
    {
        var index = new ApiVersionRange?[(int)table[^1].Key + 1];
        foreach (var range in table)
        {
            index[(int)range.Key] = range;
        }

        return index;
    }
}
