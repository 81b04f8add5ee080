using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LogFlow.Hosting;

/// <summary>Reads YAML into a <see cref="ConfigNode"/> tree that remembers the place of every key.</summary>
internal sealed class YamlConfigReader
{
    private const int DepthMax = 64;
    private const int NodesMax = 100_000;
    private const string MergeKey = "<<";

    private readonly string _source;
    private readonly string[] _lines;
    private readonly VariableExpander _variables;
    private readonly List<ConfigError> _errors = [];
    private readonly List<ConfigError>? _warnings;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);
    private readonly Parser _parser;

    private YamlConfigReader(
        string source, string text, VariableExpander variables, List<ConfigError>? warnings)
    {
        _warnings = warnings;
        _source = source;
        _lines = text.Split('\n');
        _variables = variables;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="ConfigException">Not YAML, a key given twice, or an unset variable.</exception>
    public static ConfigNode Read(
        string source, string text, VariableExpander variables, List<ConfigError>? warnings = null)
    {
        var reader = new YamlConfigReader(source, text, variables, warnings);
        var root = new ConfigNode(new ConfigLocation(source, 1, 1, null));
        try
        {
            reader._parser.Consume<StreamStart>();
            if (reader._parser.TryConsume<DocumentStart>(out _))
            {
                reader.ReadInto(root, 0);
            }
        }
        catch (YamlException error)
        {
            // YamlDotNet prefixes its message with the position, which ours already names.
            var message = error.InnerException?.Message ?? error.Message;
            throw new ConfigException(reader.At(error.Start), $"not valid YAML: {message}{reader.TabHint()}");
        }

        return reader._errors.Count == 0 ? root : throw new ConfigException(reader._errors);
    }

    private void ReadInto(ConfigNode node, int depth)
    {
        if (depth > DepthMax)
        {
            throw new ConfigException(node.Location, $"nested deeper than {DepthMax} levels");
        }

        var next = _parser.Consume<ParsingEvent>();
        ReadValue(node, next, depth);
        if (next is NodeEvent { Anchor.IsEmpty: false } named)
        {
            _anchors[named.Anchor.Value] = node;
        }
    }

    private void ReadValue(ConfigNode node, ParsingEvent next, int depth)
    {
        switch (next)
        {
            case Scalar scalar:
                SetScalar(node, scalar);
                break;
            case SequenceStart:
                node.Items = [];
                while (!_parser.TryConsume<SequenceEnd>(out _))
                {
                    var item = new ConfigNode(At(_parser.Current!.Start));
                    node.Items.Add(item);
                    ReadInto(item, depth + 1);
                }

                break;
            case MappingStart:
                ReadMapping(node, depth);
                break;
            case AnchorAlias alias:
                node.CopyFrom(_anchors.TryGetValue(alias.Value.Value, out var named)
                    ? named
                    : throw new ConfigException(At(alias.Start), $"nothing is named &{alias.Value.Value} above"));
                if (node.CountOf(NodesMax) == NodesMax)
                {
                    throw new ConfigException(At(alias.Start), "aliases of aliases make this too large");
                }

                break;
            default:
                throw new ConfigException(At(next.Start), $"unexpected {next.GetType().Name} in YAML");
        }
    }

    private void ReadMapping(ConfigNode node, int depth)
    {
        List<ConfigNode> merged = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var start = _parser.Current!.Start;
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw new ConfigException(At(start), "a key must be plain text");
            }

            var place = At(key.Start);
            if (key is { Value: MergeKey, Style: ScalarStyle.Plain })
            {
                var other = new ConfigNode(place);
                ReadInto(other, depth + 1);
                merged.AddRange(other.Items ?? [other]);
                continue;
            }

            var child = node.GetOrAdd(key.Value, place);
            if (_parser.Current is Scalar or SequenceStart && (child.HasValue || child.Items is not null))
            {
                NoteTwice(
                    new ConfigError(place, $"key '{key.Value}' is given twice (first at {child.Location})"), child);
            }

            child.Location = place;
            ReadInto(child, depth + 1);
        }

        // What stands here itself goes before what is merged in, and that before what is merged in later.
        foreach (var other in merged)
        {
            node.AddMissingFrom(other);
        }
    }

    /// <summary>An error, or, where the original takes the last, a warning.</summary>
    private void NoteTwice(ConfigError error, ConfigNode child)
    {
        if (!_variables.IsLenient)
        {
            _errors.Add(error);
            return;
        }

        _warnings?.Add(error with { Message = error.Message + "; the last one counts" });
        (child.HasValue, child.Value, child.Items) = (false, null, null);
        child.Children.Clear();
    }

    private void SetScalar(ConfigNode node, Scalar scalar)
    {
        node.HasValue = true;
        var isPlain = scalar.Style == ScalarStyle.Plain;
        if (isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL")
        {
            node.Value = null;
            return;
        }

        node.IsQuoted = !isPlain;
        node.Value = _variables.Expand(scalar.Value, out var problem);
        node.IsExpanded = node.Value != scalar.Value;
        if (_variables.Unset is { } unset)
        {
            _variables.Unset = null;
            _warnings?.Add(new ConfigError(
                At(scalar.Start),
                $"environment variable {unset} is not set and counts as empty; set it, or give a default as "
                + $"${{{unset}:default}}"));
        }

        if (problem is not null)
        {
            _errors.Add(new ConfigError(At(scalar.Start), problem));
        }
    }

    private ConfigLocation At(in Mark mark)
    {
        var line = (int)mark.Line;
        var text = line >= 1 && line <= _lines.Length ? _lines[line - 1].TrimEnd('\r') : null;
        return new ConfigLocation(_source, line, (int)mark.Column, text);
    }

    private string TabHint() => Array.Exists(_lines, line => line.StartsWith('\t'))
        ? "; YAML is indented with spaces, not tabs"
        : "";
}
