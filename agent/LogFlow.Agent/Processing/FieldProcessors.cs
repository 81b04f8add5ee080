using System.Text;
using System.Text.RegularExpressions;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>drop_fields</c>: by names, or by <c>/expressions/</c>; never the time or the type.</summary>
internal sealed class DropFields : EventProcessor
{
    private readonly List<string> _names = [];
    private readonly List<Regex> _patterns = [];

    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        var problems = new List<ConfigProblem>();
        foreach (var field in Fields.Where(static field => field is not ("@timestamp" or "type")))
        {
            if (field.Length > 2 && field[0] == '/' && field[^1] == '/')
            {
                InputConfig.CheckExpressions(problems, "fields", [field[1..^1]]);
                if (problems.Count > 0)
                {
                    break;
                }

                _patterns.Add(LinePattern.Compile(field[1..^1]));
            }
            else
            {
                _names.Add(field);
            }
        }

        return problems;
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var name in _names)
        {
            @event.Remove(name);
        }

        if (_patterns.Count > 0)
        {
            foreach (var name in DottedNames.Of(@event.Fields).Where(
                name => _patterns.Exists(pattern => pattern.IsMatch(name))).ToList())
            {
                @event.Remove(name);
            }
        }

        return true;
    }
}

/// <summary>All dotted names of an event's fields.</summary>
internal static class DottedNames
{
    public static IEnumerable<string> Of(EventObject fields, string prefix = "")
    {
        for (var index = 0; index < fields.Count; index++)
        {
            var name = prefix + fields.NameAt(index);
            if (fields.ValueAt(index) is EventObject nested)
            {
                foreach (var deeper in Of(nested, name + "."))
                {
                    yield return deeper;
                }
            }

            yield return name;
        }
    }
}

/// <summary><c>include_fields</c>: nothing but these, the time and the type are kept.</summary>
internal sealed class IncludeFields : EventProcessor
{
    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var kept = Fields.Append("type")
            .Where(field => @event.TryGet(field, out _))
            .Select(field => (field, @event.Get(field)))
            .ToList();
        while (@event.Fields.Count > 0)
        {
            @event.Fields.Remove(@event.Fields.NameAt(@event.Fields.Count - 1));
        }

        foreach (var (field, value) in kept)
        {
            @event.Put(field, value);
        }

        return true;
    }
}

/// <summary>From one name to another.</summary>
internal sealed class FromTo
{
    [ConfigKey("from")]
    public string From { get; set; } = "";

    [ConfigKey("to")]
    public string To { get; set; } = "";
}

/// <summary>
/// What <c>rename</c> and <c>copy_fields</c> share: all or nothing, and never over a field that is there.
/// </summary>
internal abstract class FromToProcessor : EventProcessor
{
    [ConfigKey("fields")]
    public List<FromTo> Fields { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <summary>Whether the old name goes.</summary>
    protected abstract bool Moves { get; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var done = new List<(FromTo Pair, object? Value)>();
        foreach (var pair in Fields)
        {
            var problem = Apply(@event, pair, out var value);
            if (problem is null)
            {
                done.Add((pair, value));
            }
            else if (problem.Length > 0 && FailOnError)
            {
                for (var index = done.Count - 1; index >= 0; index--)
                {
                    @event.Remove(done[index].Pair.To);
                    @event.Put(done[index].Pair.From, done[index].Value);
                }

                @event.AddError($"Failed to {(Moves ? "rename" : "copy")} fields: {problem}");
                return true;
            }
        }

        return true;
    }

    /// <summary>Null: done; empty: nothing to do; else what is wrong.</summary>
    private string? Apply(AgentEvent @event, FromTo pair, out object? value)
    {
        if (!@event.TryGet(pair.From, out value))
        {
            return IgnoreMissing ? "" : $"'{pair.From}' is not there";
        }

        if (@event.TryGet(pair.To, out _))
        {
            return $"target field '{pair.To}' already exists, drop or rename it first";
        }

        if (Moves)
        {
            @event.Remove(pair.From);
        }

        @event.Put(pair.To, value is EventObject nested && !Moves ? nested.Copy() : value);
        return null;
    }
}

/// <summary><c>rename</c>.</summary>
internal sealed class RenameFields : FromToProcessor
{
    /// <inheritdoc/>
    protected override bool Moves => true;
}

/// <summary><c>copy_fields</c>.</summary>
internal sealed class CopyFields : FromToProcessor
{
    /// <inheritdoc/>
    protected override bool Moves => false;
}

/// <summary><c>move_fields</c>: fields of one object below another.</summary>
internal sealed class MoveFields : EventProcessor
{
    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("from")]
    public string From { get; set; } = "";

    [ConfigKey("to")]
    public string To { get; set; } = "";

    [ConfigKey("exclude")]
    public List<string> Exclude { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var parent = From.Length == 0 ? @event.Fields : @event.Get(From) as EventObject;
        if (parent is null)
        {
            return true;
        }

        var names = Fields.Count > 0
            ? Fields
            : [.. Enumerable.Range(0, parent.Count).Select(parent.NameAt)];
        foreach (var name in names.Except(Exclude).ToList())
        {
            var full = From.Length == 0 ? name : $"{From}.{name}";
            if (@event.TryGet(full, out var value) && @event.Remove(full))
            {
                @event.Put(To + name, value);
            }
        }

        return true;
    }
}

/// <summary>One replacement.</summary>
internal sealed class Replacement
{
    [ConfigKey("field")]
    public string Field { get; set; } = "";

    [ConfigKey("pattern")]
    public string Pattern { get; set; } = "";

    [ConfigKey("replacement")]
    public string Text { get; set; } = "";
}

/// <summary><c>replace</c>: text that matches an expression by another.</summary>
internal sealed class ReplaceText : EventProcessor
{
    private readonly List<(string Field, Regex Pattern, string Text)> _replacements = [];

    [ConfigKey("fields")]
    public List<Replacement> Fields { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        var problems = new List<ConfigProblem>();
        foreach (var one in Fields)
        {
            InputConfig.CheckExpressions(problems, "fields", [one.Pattern]);
            if (problems.Count == 0)
            {
                _replacements.Add((one.Field, LinePattern.Compile(one.Pattern), one.Text));
            }
        }

        return problems;
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var (field, pattern, text) in _replacements)
        {
            if (@event.Text(field) is { } value)
            {
                // Go's $1 and ${1} are .NET's, too.
                @event.Put(field, pattern.Replace(value, text));
            }
            else if (!IgnoreMissing && FailOnError)
            {
                @event.AddError($"Failed to replace fields in processor: '{field}' is not there, or no text");
                break;
            }
        }

        return true;
    }
}

/// <summary><c>truncate_fields</c>.</summary>
internal sealed class TruncateFields : EventProcessor
{
    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("max_bytes")]
    public ByteSize? MaxBytes { get; set; }

    [ConfigKey("max_characters")]
    public int MaxCharacters { get; set; }

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare() => MaxBytes is null == MaxCharacters <= 0
        ? [new ConfigProblem("max_bytes", "one of max_bytes and max_characters is needed")]
        : [];

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var field in Fields)
        {
            if (@event.Text(field) is { } text && Cut(text) is var cut && cut.Length < text.Length)
            {
                @event.Put(field, cut);
                @event.Append("log.flags", "truncated");
            }
        }

        return true;
    }

    private string Cut(string text)
    {
        if (MaxBytes is not { } limit)
        {
            return text.Length <= MaxCharacters ? text
                : text[..(char.IsLowSurrogate(text[MaxCharacters]) ? MaxCharacters - 1 : MaxCharacters)];
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= limit.Bytes
            ? text
            : Encoding.UTF8.GetString(bytes[..JsonStringWriter.CharacterBoundary(bytes, (int)limit.Bytes)]);
    }
}

/// <summary><c>extract_array</c>: elements of a list into fields.</summary>
internal sealed class ExtractArray : EventProcessor
{
    [ConfigKey("field")]
    public string Field { get; set; } = "";

    [ConfigKey("mappings")]
    public Dictionary<string, object?> Mappings { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    [ConfigKey("omit_empty")]
    public bool OmitEmpty { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.Get(Field) is not List<object?> list)
        {
            return true;
        }

        foreach (var (target, place) in Flatten(Mappings, ""))
        {
            if (place < 0 || place >= list.Count)
            {
                if (FailOnError)
                {
                    @event.AddError(
                        $"index {place} exceeds length of {list.Count} when processing mapping for {target}");
                }

                continue;
            }

            var value = list[(int)place];
            if (!(OmitEmpty && value is null or "") && (OverwriteKeys || !@event.TryGet(target, out _)))
            {
                @event.Put(target, value);
            }
        }

        return true;
    }

    private static IEnumerable<(string Target, long Place)> Flatten(Dictionary<string, object?> tree, string prefix) =>
        tree.SelectMany(pair => pair.Value switch
        {
            Dictionary<string, object?> nested => Flatten(nested, $"{prefix}{pair.Key}."),
            long place => [(prefix + pair.Key, place)],
            _ => [],
        });
}
