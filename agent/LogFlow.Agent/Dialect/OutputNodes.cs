using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// Outputs that are written otherwise than as <c>output.&lt;type&gt;</c>: a list or map <c>outputs</c>, and Elastic
/// Cloud's <c>cloud.id</c> and <c>cloud.auth</c>.
/// </summary>
internal static class OutputNodes
{
    private const string Elasticsearch = "output.elasticsearch";

    private static readonly string[] Types = ["kafka", "elasticsearch", "logstash", "redis", "file", "console"];

    /// <summary>Puts them where outputs stand.</summary>
    public static void Prepare(ConfigDocument document)
    {
        TakeList(document);
        TakeCloud(document);
    }

    /// <summary>
    /// <c>outputs: [{kafka: {…}}, {type: file, …}]</c>, or Elastic Agent's <c>outputs: {name: {type: …}}</c>.
    /// </summary>
    private static void TakeList(ConfigDocument document)
    {
        if (!document.Root.Children.Remove("outputs", out var outputs))
        {
            return;
        }

        foreach (var written in outputs.Items ?? [outputs])
        {
            if (written.Children.Remove("type", out var type))
            {
                Add(document, type.Value ?? "", written);
                continue;
            }

            foreach (var (name, section) in written.Children)
            {
                var isNamed = section.Children.Remove("type", out var ofSection);
                Add(document, isNamed ? ofSection!.Value ?? "" : name, section);
            }
        }
    }

    private static void Add(ConfigDocument document, string type, ConfigNode section)
    {
        if (!Types.Contains(type))
        {
            document.Report.Error(
                section, $"an output of type '{type}' is not done; {string.Join(", ", Types)} are");
        }
        else if (document.Root.Find($"output.{type}") is { IsEmpty: false })
        {
            document.Report.Error(
                section, $"there are two outputs of type '{type}'; one of each type is what can be had at a time");
        }
        else
        {
            document.Root.GetOrAdd($"output.{type}", section.Location).OverrideWith(section);
        }
    }

    /// <summary>
    /// <c>name:base64(host$elasticsearch$kibana)</c>; as in Filebeat it goes before what the output says.
    /// </summary>
    private static void TakeCloud(ConfigDocument document)
    {
        if (document.Root.Find("cloud.id") is not { Value: { Length: > 0 } id } node)
        {
            return;
        }

        if (IsSentElsewhere(document.Root))
        {
            document.Report.Warn(node, "'cloud.id' says nothing: output.elasticsearch is not used");
            document.Root.Children.Remove("cloud");
            return;
        }

        if (HostOf(id) is not { } host)
        {
            document.Report.Error(
                node, $"'cloud.id' is not one: it is name:base64(host$id), as Elastic Cloud's console shows it");
            return;
        }

        var hosts = document.Root.GetOrAdd($"{Elasticsearch}.hosts", node.Location);
        (hosts.HasValue, hosts.Value) = (false, null);
        hosts.Items = [new ConfigNode(node.Location) { HasValue = true, Value = host, IsQuoted = true }];
        if (document.Root.Text("cloud.auth") is { } login
            && login.IndexOf(':', StringComparison.Ordinal) is > 0 and var at)
        {
            document.Set($"{Elasticsearch}.username", login[..at], node.Location.ToString());
            document.Set($"{Elasticsearch}.password", login[(at + 1)..], node.Location.ToString());
        }

        document.Root.Children.Remove("cloud");
    }

    private static bool IsSentElsewhere(ConfigNode root) =>
        root.Find("output") is { } output
        && output.Find("elasticsearch") is null
        && output.Children.Values.Any(static one => !one.IsEmpty && one.IsTrue("enabled", otherwise: true));

    /// <summary>The address of the cluster; null where the text is none.</summary>
    internal static string? HostOf(string id)
    {
        var encoded = id[(id.LastIndexOf(':') + 1)..];
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), bytes, out var length))
        {
            return null;
        }

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split('$');
        if (parts.Length < 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            return null;
        }

        var (name, port) = Split(parts[0], "443");
        var (cluster, ownPort) = Split(parts[1], port);
        var host = $"{cluster}.{name}";
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : $"https://{host}:{ownPort}";
    }

    private static (string Host, string Port) Split(string text, string port) =>
        text.LastIndexOf(':') is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, port);
}
