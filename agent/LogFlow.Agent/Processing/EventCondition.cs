using System.Globalization;
using System.Text.RegularExpressions;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// A condition of <c>when</c> and <c>if</c>, of processors and of an output's rules. Several in one section must all
/// hold.
/// </summary>
public sealed class EventCondition : IReadsConfig
{
    private static readonly string[] RangeOperators = ["gte", "gt", "lte", "lt"];

    private readonly List<Func<AgentEvent, bool>> _all = [];
    private readonly List<string> _fields = [];
    private object? _written;

    /// <summary>The fields that it looks at.</summary>
    internal IReadOnlyList<string> Fields => _fields;

    /// <summary>Whether it holds for an event.</summary>
    internal bool Holds(AgentEvent @event)
    {
        foreach (var one in _all)
        {
            if (!one(@event))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public object? Export() => _written;

    /// <inheritdoc/>
    public void Read(ConfigNode node, string path, ConfigReport report)
    {
        _written = node.ToTree();
        if (node.Children.Count == 0)
        {
            report.Error(node, $"'{path}' needs a condition, say equals, contains, regexp, has_fields or not");
        }

        foreach (var (name, child) in node.Children)
        {
            switch (name)
            {
                case "equals":
                    AddEach(child, value => EqualsTest(value));
                    break;
                case "contains":
                    AddEach(child, value => ContainsTest(value));
                    break;
                case "regexp":
                    AddEach(child, value => RegexTest(value, child, path, report));
                    break;
                case "network":
                    AddEach(child, value => NetworkTest(value, child, report));
                    break;
                case "range":
                    AddRanges(child, path, report);
                    break;
                case "has_fields":
                    var fields = Texts(child);
                    _fields.AddRange(fields);
                    _all.Add(@event => fields.TrueForAll(field => @event.TryGet(field, out _)));
                    break;
                case "and":
                    var all = ReadSeveral(child, $"{path}.and", report);
                    _all.Add(@event => all.TrueForAll(one => one.Holds(@event)));
                    break;
                case "or":
                    var any = ReadSeveral(child, $"{path}.or", report);
                    _all.Add(@event => any.Exists(one => one.Holds(@event)));
                    break;
                case "not":
                    var inner = ReadOne(child, $"{path}.not", report);
                    _all.Add(@event => !inner.Holds(@event));
                    break;
                default:
                    report.Error(
                        child,
                        $"'{path}.{name}' is not a condition: there are equals, contains, regexp, range, network, "
                        + "has_fields, and, or, not");
                    break;
            }
        }
    }

    private List<EventCondition> ReadSeveral(ConfigNode node, string path, ConfigReport report) =>
        (node.Items ?? [node]).ConvertAll(item => ReadOne(item, path, report));

    private EventCondition ReadOne(ConfigNode node, string path, ConfigReport report)
    {
        var one = new EventCondition();
        one.Read(node, path, report);
        _fields.AddRange(one.Fields);
        return one;
    }

    /// <summary>A test of each field that a section names, however deep its name is nested.</summary>
    private void AddEach(ConfigNode node, Func<object?, Func<object?, bool>> makeTest)
    {
        foreach (var (field, leaf) in Leaves(node, ""))
        {
            var test = makeTest(leaf.ToTree());
            _fields.Add(field);
            _all.Add(@event => @event.TryGet(field, out var value) && test(value));
        }
    }

    private static IEnumerable<(string Field, ConfigNode Leaf)> Leaves(ConfigNode node, string prefix)
    {
        foreach (var (name, child) in node.Children)
        {
            var path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            if (child.HasValue || child.Items is not null)
            {
                yield return (path, child);
            }

            foreach (var deeper in Leaves(child, path))
            {
                yield return deeper;
            }
        }
    }

    /// <summary>
    /// A number, a text or a truth, which equal only their own kind, as in Filebeat; of a list one has to.
    /// </summary>
    private static Func<object?, bool> EqualsTest(object? wanted) => value => value switch
    {
        JsonNumber number => wanted is double real && number.Value.Equals(real),
        List<object?> list => list.Exists(item => Equals(item, wanted)),
        _ => Equals(value, wanted),
    };

    private static Func<object?, bool> ContainsTest(object? wanted)
    {
        var texts = (wanted as List<object?> ?? [wanted]).ConvertAll(AsText);
        return value => value switch
        {
            string text => texts.Exists(part => text.Contains(part, StringComparison.Ordinal)),
            List<object?> list => list.Exists(item => item is string text
                && texts.Exists(part => text.Contains(part, StringComparison.Ordinal))),
            _ => false,
        };
    }

    private static Func<object?, bool> RegexTest(
        object? wanted, ConfigNode node, string path, ConfigReport report)
    {
        var patterns = new List<Regex>();
        foreach (var expression in (wanted as List<object?> ?? [wanted]).Select(AsText))
        {
            try
            {
                patterns.Add(LinePattern.Compile(expression));
            }
            catch (Exception error) when (error is RegexParseException or NotSupportedException)
            {
                report.Error(
                    node, $"'{path}.regexp': '{expression}' is not a regular expression: {error.Message}");
            }
        }

        return value => value switch
        {
            List<object?> list => list.Exists(item => item is string text && patterns.Exists(one => one.IsMatch(text))),
            null => false,
            _ => AsText(value) is var text && patterns.Exists(one => one.IsMatch(text)),
        };
    }

    private static Func<object?, bool> NetworkTest(object? wanted, ConfigNode node, ConfigReport report)
    {
        var networks = new List<NetworkRange>();
        foreach (var name in (wanted as List<object?> ?? [wanted]).Select(AsText))
        {
            if (NetworkRange.TryParse(name, out var network))
            {
                networks.Add(network);
            }
            else
            {
                report.Error(
                    node, $"'{name}' is neither a network such as 10.0.0.0/8 nor one of {NetworkRange.Names}");
            }
        }

        return value => value switch
        {
            string text => networks.Exists(network => network.Contains(text)),
            List<object?> list => list.Exists(item => item is string text
                && networks.Exists(network => network.Contains(text))),
            _ => false,
        };
    }

    private void AddRanges(ConfigNode node, string path, ConfigReport report)
    {
        foreach (var (key, leaf) in Leaves(node, ""))
        {
            var dot = key.LastIndexOf('.');
            var name = key[(dot + 1)..];
            if (dot <= 0
                || Array.IndexOf(RangeOperators, name) < 0
                || !double.TryParse(leaf.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
            {
                report.Error(leaf, $"'{path}.range.{key}' is not FIELD.gte, gt, lte or lt with a number");
                continue;
            }

            var field = key[..dot];
            _fields.Add(field);
            _all.Add(@event => AsNumber(@event.Get(field)) is { } number && name switch
            {
                "gte" => number >= limit,
                "gt" => number > limit,
                "lte" => number <= limit,
                _ => number < limit,
            });
        }
    }

    private static double? AsNumber(object? value) => value switch
    {
        long whole => whole,
        double real => real,
        JsonNumber number => number.Value,
        _ => null,
    };

    private static string AsText(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        JsonNumber number => number.Text,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static List<string> Texts(ConfigNode node) =>
        [.. (node.Items ?? [node]).Select(static item => item.Value).OfType<string>()];
}
