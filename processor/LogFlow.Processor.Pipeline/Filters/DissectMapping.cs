using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One mapping of dissect, <c>[%{time}] %{+time} %{?name}=%{&amp;name} %{rest}</c>: fields and the texts between them.
/// </summary>
internal sealed class DissectMapping
{
    // What is appended without a text in front of it is joined by this.
    private const string DefaultJoin = " ";

    private readonly string _prefix;
    private readonly DissectField[] _fields;
    private readonly int[] _appendOrder;

    private DissectMapping(string prefix, DissectField[] fields)
    {
        _prefix = prefix;
        _fields = fields;
        _appendOrder = [.. Enumerable.Range(0, fields.Length)
            .Where(i => fields[i].Kind == DissectFieldKind.Append)
            .OrderBy(i => fields[i].Order)];
    }

    /// <summary>Compiles a mapping; false with the reason when it is wrong.</summary>
    public static bool TryCompile(
        string text, [NotNullWhen(true)] out DissectMapping? mapping, [NotNullWhen(false)] out string? problem)
    {
        mapping = null;
        var fields = new List<DissectField>();
        var prefix = string.Empty;
        var position = 0;
        while (true)
        {
            var open = text.IndexOf("%{", position, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (open >= 0 && close < 0)
            {
                problem = "a '%{' is not closed";
                return false;
            }
            var literal = open < 0 ? text[position..] : text[position..open];
            if (fields.Count == 0)
            {
                prefix = literal;
            }
            else if (literal.Length == 0 && open >= 0)
            {
                problem = "two fields stand next to each other without a text between them";
                return false;
            }
            else
            {
                fields[^1] = fields[^1] with { Delimiter = literal };
            }
            if (open < 0)
            {
                break;
            }
            if (DissectField.Parse(text[(open + 2)..close], fields.Count == 0 ? string.Empty : literal, out problem)
                is not { } field)
            {
                problem ??= "a field is wrong";
                return false;
            }
            fields.Add(field);
            position = close + 1;
        }
        problem = fields.Count == 0 ? "it has no field" : null;
        mapping = problem is null ? new DissectMapping(prefix, [.. fields]) : null;
        return problem is null;
    }

    /// <summary>Takes a text apart and stores the parts; false, with nothing stored, when it does not fit.</summary>
    public bool TryApply(string text, Event target)
    {
        Span<(int Start, int Length)> found = _fields.Length <= 64
            ? stackalloc (int, int)[_fields.Length]
            : new (int, int)[_fields.Length];
        if (!TryFind(text, found))
        {
            return false;
        }
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Kind == DissectFieldKind.Normal)
            {
                target.Set(_fields[i].Reference!, EventValue.Slice(text, found[i].Start, found[i].Length));
            }
        }
        StoreAppended(text, found, target);
        StoreIndirect(text, found, target);
        return true;
    }

    private bool TryFind(string text, Span<(int Start, int Length)> found)
    {
        if (!text.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }
        var position = _prefix.Length;
        for (var i = 0; i < _fields.Length; i++)
        {
            var delimiter = _fields[i].Delimiter;
            if (delimiter.Length == 0)
            {
                found[i] = (position, text.Length - position);
                return true;
            }
            var at = text.AsSpan(position).IndexOf(delimiter, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }
            found[i] = (position, at);
            position += at + delimiter.Length;
            while (_fields[i].IsPadded && text.AsSpan(position).StartsWith(delimiter, StringComparison.Ordinal))
            {
                position += delimiter.Length;
            }
        }
        return true;
    }

    private void StoreAppended(string text, ReadOnlySpan<(int Start, int Length)> found, Event target)
    {
        if (_appendOrder.Length == 0)
        {
            return;
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var i in _appendOrder)
        {
            var field = _fields[i];
            var value = text.Substring(found[i].Start, found[i].Length);
            if (!values.TryGetValue(field.Name, out var earlier))
            {
                earlier = NormalValue(field.Name, text, found);
            }
            values[field.Name] = earlier is null
                ? value
                : string.Concat(earlier, field.Join.Length == 0 ? DefaultJoin : field.Join, value);
            target.Set(field.Reference!, EventValue.Of(values[field.Name]));
        }
    }

    private void StoreIndirect(string text, ReadOnlySpan<(int Start, int Length)> found, Event target)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Kind != DissectFieldKind.Indirect)
            {
                continue;
            }
            var name = NormalValue(_fields[i].Name, text, found);
            if (name is null && target.Get(_fields[i].Reference!) is { IsNil: false } value)
            {
                name = value.ToText();
            }
            if (!string.IsNullOrEmpty(name) && FieldReference.TryParse(name, out var field, out _))
            {
                target.Set(field, EventValue.Slice(text, found[i].Start, found[i].Length));
            }
        }
    }

    private string? NormalValue(string name, string text, ReadOnlySpan<(int Start, int Length)> found)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Kind is DissectFieldKind.Normal or DissectFieldKind.Skip && _fields[i].Name == name)
            {
                return text.Substring(found[i].Start, found[i].Length);
            }
        }
        return null;
    }
}
