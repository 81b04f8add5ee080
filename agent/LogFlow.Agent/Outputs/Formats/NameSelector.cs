namespace LogFlow.Agent;

/// <summary>
/// Chooses an event's index, pipeline or key: the first rule that applies, else the one format. What depends on few
/// texts is worked out once for each of them: a name by day costs a look-up.
/// </summary>
internal sealed class NameSelector
{
    private const int KeyLengthMax = 1024;
    private const int KnownMax = 10_000;

    private readonly FormatString? _format;
    private readonly List<OutputRule> _rules;
    private readonly bool _isLower;
    private readonly Dictionary<string, string?> _known = [];
    private readonly Dictionary<string, string?>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Lock _lock = new();

    /// <param name="format">Where no rule applies; empty: nothing.</param>
    /// <param name="rules">Tried in order.</param>
    /// <param name="isLower">Names are lower case, whatever the event holds.</param>
    public NameSelector(FormatString? format, IEnumerable<OutputRule> rules, bool isLower)
    {
        _format = format;
        _rules = [.. rules];
        _isLower = isLower;
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>There is nothing to choose: no event has a name of this kind.</summary>
    public bool IsEmpty => _format is null && _rules.Count == 0;

    /// <summary>The name; null where no rule applies and the format lacks a field, or there is none.</summary>
    public string? Select(ReadOnlyMemory<byte> json)
    {
        if (_rules.Count > 0)
        {
            var fields = FieldJson.ReadEvent(json.Span);
            foreach (var rule in _rules)
            {
                if (rule.Apply(json.Span, fields) is { Length: > 0 } name)
                {
                    return Case(name);
                }
            }
        }

        return _format is null ? null : Format(_format, json.Span);
    }

    private string? Format(FormatString format, ReadOnlySpan<byte> json)
    {
        Span<char> key = stackalloc char[KeyLengthMax];
        var length = 0;
        if (!format.TryAppendKey(json, key, ref length))
        {
            return format.Format(json) is { } rare ? Case(rare) : null;
        }

        lock (_lock)
        {
            if (!_lookup.TryGetValue(key[..length], out var name))
            {
                if (_known.Count == KnownMax)
                {
                    _known.Clear();
                }

                name = format.Format(json) is { } text ? Case(text) : null;
                _lookup[key[..length]] = name;
            }

            return name;
        }
    }

#pragma warning disable CA1308 // Elasticsearch's names are lower case.
    /// <summary>As Elasticsearch takes it.</summary>
    public static string ToLower(string name) => name.ToLowerInvariant();
#pragma warning restore CA1308

    private string Case(string name) => _isLower ? ToLower(name) : name;
}
