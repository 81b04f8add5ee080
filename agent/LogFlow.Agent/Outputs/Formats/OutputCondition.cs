using System.Globalization;
using System.Net;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// A <c>when</c> of an output's rule, as Filebeat has them: equals, contains, regexp, range, network, has_fields, and,
/// or, not. Several fields in one condition must all hold. Judges the event as it is sent.
/// </summary>
internal static class OutputCondition
{
    private static readonly string[] Bounds = ["lt", "lte", "gt", "gte"];

    private static readonly string[] NotPublic =
        ["loopback", "private", "multicast", "link_local_unicast", "unspecified"];

    /// <summary>Reads a condition.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static Func<JsonElement, bool> Parse(Dictionary<string, object?> tree)
    {
        var all = new List<Func<JsonElement, bool>>();
        foreach (var (name, value) in tree)
        {
            all.Add(name switch
            {
                "and" => AllOf(Items(name, value)),
                "or" => AnyOf(Items(name, value)),
                "not" => Not(Parse(Section(name, value))),
                "has_fields" => HasFields(value),
                "equals" => Each(name, value, static wanted => element => IsEqual(element, wanted)),
                "contains" => Each(name, value, static wanted => element => Contains(element, TextOf(wanted))),
                "regexp" => Each(name, value, Matches),
                "network" => Each(name, value, InNetwork),
                "range" => Range(Section(name, value)),
                _ => throw new FormatException(
                    $"'{name}' is no condition; there are equals, contains, regexp, range, network, has_fields, and, "
                    + "or, not"),
            });
        }

        return all.Count == 1 ? all[0] : element => all.TrueForAll(condition => condition(element));
    }

    private static List<Func<JsonElement, bool>> Items(string name, object? value) =>
        value is List<object?> items
            ? items.ConvertAll(item => Parse(Section(name, item)))
            : [Parse(Section(name, value))];

    private static Dictionary<string, object?> Section(string name, object? value) =>
        value as Dictionary<string, object?>
        ?? throw new FormatException($"'{name}' takes fields and values, not '{value}'");

    private static Func<JsonElement, bool> AllOf(List<Func<JsonElement, bool>> conditions) =>
        element => conditions.TrueForAll(condition => condition(element));

    private static Func<JsonElement, bool> AnyOf(List<Func<JsonElement, bool>> conditions) =>
        element => conditions.Exists(condition => condition(element));

    private static Func<JsonElement, bool> Not(Func<JsonElement, bool> condition) => element => !condition(element);

    private static Func<JsonElement, bool> HasFields(object? value)
    {
        var names = value is List<object?> list ? list.ConvertAll(TextOf) : [TextOf(value)];
        var paths = names.ConvertAll(FieldPath.Parse);
        return element => paths.TrueForAll(path => path.TryFind(element, out _));
    }

    /// <summary>A test of each field that is named; a field that is missing fails.</summary>
    private static Func<JsonElement, bool> Each(
        string name, object? value, Func<object?, Func<JsonElement, bool>> test) =>
        AllOf([.. Leaves("", Section(name, value)).Select(leaf =>
        {
            var path = FieldPath.Parse(leaf.Path);
            var passes = test(leaf.Value);
            return new Func<JsonElement, bool>(
                element => path.TryFind(element, out var found) && passes(found));
        })]);

    /// <summary>A dotted name and a nested one mean the same field.</summary>
    private static IEnumerable<(string Path, object? Value)> Leaves(string prefix, Dictionary<string, object?> tree)
    {
        foreach (var (name, value) in tree)
        {
            var path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            if (value is Dictionary<string, object?> nested)
            {
                foreach (var leaf in Leaves(path, nested))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return (path, value);
            }
        }
    }

    private static string TextOf(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };

    private static bool IsEqual(JsonElement element, object? wanted) => element.ValueKind switch
    {
        JsonValueKind.String => element.ValueEquals(TextOf(wanted)),
        JsonValueKind.True or JsonValueKind.False => wanted is bool flag && flag == element.GetBoolean(),
        JsonValueKind.Number => wanted switch
        {
            long number => element.TryGetInt64(out var whole) && whole == number,
            double number => element.GetDouble().Equals(number),
            _ => false,
        },
        _ => false,
    };

    /// <summary>A part of a text, or an item of a list of texts.</summary>
    private static bool Contains(JsonElement element, string wanted) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!.Contains(wanted, StringComparison.Ordinal),
        JsonValueKind.Array => element.EnumerateArray()
            .Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(wanted)),
        _ => false,
    };

    private static Func<JsonElement, bool> Matches(object? wanted)
    {
        var pattern = LinePattern.Compile(TextOf(wanted));
        return element => element.ValueKind switch
        {
            JsonValueKind.String => pattern.IsMatch(element.GetString()!),
            JsonValueKind.Array => element.EnumerateArray()
                .Any(item => item.ValueKind == JsonValueKind.String && pattern.IsMatch(item.GetString()!)),
            _ => false,
        };
    }

    private static Func<JsonElement, bool> Range(Dictionary<string, object?> section)
    {
        var all = new List<Func<JsonElement, bool>>();
        foreach (var (name, value) in Leaves("", section))
        {
            var dot = name.LastIndexOf('.');
            var bound = dot < 0 ? "" : name[(dot + 1)..];
            if (!Bounds.Contains(bound) || value is not (long or double))
            {
                throw new FormatException($"'range' takes a field's lt, lte, gt or gte with a number, not '{name}'");
            }

            var path = FieldPath.Parse(name[..dot]);
            var limit = Convert.ToDouble(value, CultureInfo.InvariantCulture);
            all.Add(element => path.TryFind(element, out var found)
                && found.ValueKind == JsonValueKind.Number
                && IsWithin(found.GetDouble(), bound, limit));
        }

        return AllOf(all);
    }

    private static bool IsWithin(double value, string bound, double limit) => bound switch
    {
        "lt" => value < limit,
        "lte" => value <= limit,
        "gt" => value > limit,
        _ => value >= limit,
    };

    private static Func<JsonElement, bool> InNetwork(object? wanted)
    {
        var networks = (wanted is List<object?> list ? list.ConvertAll(TextOf) : [TextOf(wanted)]).ConvertAll(
            Network);
        return element => element.ValueKind == JsonValueKind.String
            && IPAddress.TryParse(element.GetString(), out var address)
            && networks.Exists(network => network(address));
    }

    private static Func<IPAddress, bool> Network(string name)
    {
        string[] ranges = name switch
        {
            "loopback" => ["127.0.0.0/8", "::1/128"],
            "private" => ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
            "multicast" => ["224.0.0.0/4", "ff00::/8"],
            "link_local_unicast" => ["169.254.0.0/16", "fe80::/10"],
            "unspecified" => ["0.0.0.0/32", "::/128"],
            _ => [name],
        };
        if (name == "public")
        {
            var others = NotPublic.Select(Network).ToList();
            return address => !others.Exists(other => other(address));
        }

        var networks = ranges.Select(static range => IPNetwork.TryParse(range, out var network)
            ? network
            : throw new FormatException($"'{range}' is no network such as 10.0.0.0/8, loopback, private, public"))
            .ToList();
        return address => networks.Exists(network => network.Contains(address));
    }
}
