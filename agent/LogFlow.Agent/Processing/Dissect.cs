using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>dissect</c>: takes a text apart at fixed delimiters. Keys may append (<c>+</c>), name others (<c>?</c>,
/// <c>&amp;</c>), be left out, be padded (<c>-&gt;</c>) and have a type (<c>|integer</c>).
/// </summary>
internal sealed class Dissect : EventProcessor
{
    private const string FailureFlag = "dissect_parsing_error";

    private readonly List<Part> _parts = [];
    private string _prefix = "";

    [ConfigKey("tokenizer")]
    public string Tokenizer { get; set; } = "";

    [ConfigKey("field")]
    public string Field { get; set; } = AgentEvent.MessageField;

    [ConfigKey("target_prefix")]
    public string TargetPrefix { get; set; } = "dissect";

    [ConfigKey("ignore_failure")]
    public bool IgnoreFailure { get; set; }

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    [ConfigKey("trim_values")]
    public TrimValues TrimValues { get; set; } = TrimValues.None;

    [ConfigKey("trim_chars")]
    public string TrimChars { get; set; } = " ";

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        var rest = Tokenizer.AsSpan();
        var start = rest.IndexOf("%{");
        if (start < 0)
        {
            return [new ConfigProblem("tokenizer", "has no key; keys are written %{name}")];
        }

        _prefix = rest[..start].ToString();
        rest = rest[start..];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('}');
            if (end < 0)
            {
                return [new ConfigProblem("tokenizer", "has a key without '}'")];
            }

            var next = rest[end..].IndexOf("%{");
            var delimiter = next < 0 ? rest[(end + 1)..] : rest[(end + 1)..(end + next)];
            _parts.Add(new Part(rest[2..end].ToString(), delimiter.ToString()));
            rest = next < 0 ? [] : rest[(end + next)..];
        }

        var open = _parts.SkipLast(1).FirstOrDefault(static part => part.Delimiter.Length == 0);
        return open is null
            ? []
            : [new ConfigProblem("tokenizer", $"nothing separates the key '{open.Name}' from the next one")];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.Text(Field) is not { } text)
        {
            if (!IgnoreFailure)
            {
                @event.Append("log.flags", FailureFlag);
            }

            return true;
        }

        if (!TrySplit(text, out var values) || !TryPut(@event, values))
        {
            if (!IgnoreFailure)
            {
                @event.Append("log.flags", FailureFlag);
            }
        }

        return true;
    }

    private bool TrySplit(string text, out Dictionary<string, object?> values)
    {
        values = new Dictionary<string, object?>(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var references = new List<(string Name, string Value)>();
        if (!text.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text.AsSpan(_prefix.Length);
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        var previous = "";
        foreach (var part in _parts)
        {
            var length = part.Length > 0 ? part.Length
                : part.Delimiter.Length == 0 ? rest.Length
                : rest.IndexOf(part.Delimiter);
            if (length < 0 || length > rest.Length)
            {
                return false;
            }

            var value = Trim(rest[..length].ToString());
            rest = rest[length..];
            if (part.Delimiter.Length > 0)
            {
                if (!rest.StartsWith(part.Delimiter))
                {
                    return false;
                }

                rest = rest[part.Delimiter.Length..];
                while (part.IsPadded && rest.StartsWith(part.Delimiter))
                {
                    rest = rest[part.Delimiter.Length..];
                }
            }

            switch (part.Kind)
            {
                case '+':
                    last[part.Name] = last.TryGetValue(part.Name, out var before) ? before + previous + value : value;
                    values[part.Name] = last[part.Name];
                    break;
                case '?' or '*':
                    names[part.Name] = value;
                    break;
                case '&':
                    references.Add((part.Name, value));
                    break;
                default:
                    if (part.Name.Length > 0)
                    {
                        last[part.Name] = value;
                        if (!part.TryConvert(value, out var converted))
                        {
                            return false;
                        }

                        values[part.Name] = converted;
                    }

                    break;
            }

            previous = part.Delimiter;
        }

        foreach (var (name, value) in references)
        {
            if (names.TryGetValue(name, out var found))
            {
                values[found] = value;
            }
        }

        // What is left behind the last delimiter has no key: the text is another one.
        return rest.IsEmpty || _parts[^1].Delimiter.Length > 0 && rest.IsEmpty;
    }

    private bool TryPut(AgentEvent @event, Dictionary<string, object?> values)
    {
        var prefix = TargetPrefix.Length == 0 ? "" : TargetPrefix + ".";
        if (!OverwriteKeys && values.Keys.Any(name => @event.TryGet(prefix + name, out _)))
        {
            return false;
        }

        foreach (var (name, value) in values)
        {
            @event.Put(prefix + name, value);
        }

        return true;
    }

    private string Trim(string value) => TrimValues switch
    {
        TrimValues.Left => value.TrimStart(TrimChars.ToCharArray()),
        TrimValues.Right => value.TrimEnd(TrimChars.ToCharArray()),
        TrimValues.All => value.Trim(TrimChars.ToCharArray()),
        _ => value,
    };

    private sealed class Part
    {
        private readonly string _type;

        public Part(string key, string delimiter)
        {
            Delimiter = delimiter;
            var bar = key.LastIndexOf('|');
            _type = bar < 0 ? "" : key[(bar + 1)..].Trim();
            key = bar < 0 ? key : key[..bar];
            if (key.EndsWith("->", StringComparison.Ordinal))
            {
                IsPadded = true;
                key = key[..^2];
            }

            var hash = key.IndexOf('#');
            if (hash >= 0
                && int.TryParse(key[(hash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                Length = size;
                key = key[..hash];
            }

            if (key.Length > 0 && key[0] is '+' or '?' or '&' or '*')
            {
                Kind = key[0];
                key = key[1..];
            }

            // +name/2 says an order; parts mostly stand in theirs.
            var slash = key.IndexOf('/');
            Name = slash > 0 && Kind == '+' ? key[..slash] : key;
        }

        public string Name { get; }

        public string Delimiter { get; }

        public char Kind { get; }

        public bool IsPadded { get; }

        public int Length { get; }

        public bool TryConvert(string text, out object? value) => _type.Length == 0
            ? (value = text) is not null
            : FieldConverter.TryConvert(text, _type, out value);
    }
}

/// <summary>At which end <c>dissect</c> trims values.</summary>
internal enum TrimValues
{
    /// <summary>None.</summary>
    None,

    /// <summary>The beginning.</summary>
    Left,

    /// <summary>The end.</summary>
    Right,

    /// <summary>Both.</summary>
    All,
}
