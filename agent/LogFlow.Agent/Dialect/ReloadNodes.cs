using System.Security.Cryptography;
using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>reload.enabled</c> of further files: what they hold is marked with what it says, so that a later reading tells
/// what changed, and the agent is told where to look.
/// </summary>
internal static class ReloadNodes
{
    /// <summary>Holds the digest of an input, or of the module that it comes from.</summary>
    public const string DigestKey = "_reload_digest";

    private const string PathsKey = "filebeat._reload.paths";

    /// <summary>Marks what the files of a section hold, where it is reloaded.</summary>
    public static void Mark(ConfigDocument document, ConfigNode section, string pattern, List<ConfigNode> nodes)
    {
        if (!section.IsTrue("reload.enabled"))
        {
            return;
        }

        foreach (var node in nodes)
        {
            var digest = DigestOf(node);
            var mark = node.GetOrAdd(DigestKey, node.Location);
            (mark.HasValue, mark.Value, mark.IsQuoted) = (true, digest, true);
        }

        var paths = document.Root.GetOrAdd(PathsKey, section.Location);
        paths.Items ??= [];
        paths.Items.Add(new ConfigNode(section.Location)
        {
            HasValue = true,
            Value = Path.Combine(FilebeatDialect.ConfigFolder(document), pattern),
            IsQuoted = true,
        });
        if (section.Text("reload.period") is { Length: > 0 } period)
        {
            document.Set("filebeat._reload.period", period, section.Find("reload.period")!.Location.ToString());
        }
    }

    /// <summary>Of all keys and values, whatever their order.</summary>
    private static string DigestOf(ConfigNode node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Write(ConfigNode node, StringBuilder text)
    {
        text.Append(node.HasValue ? node.IsQuoted ? "\"" : "=" : "").Append(node.Value).Append('\0');
        foreach (var item in node.Items ?? [])
        {
            text.Append("- ");
            Write(item, text);
        }

        foreach (var (key, child) in node.Children.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append(": ");
            Write(child, text);
        }

        text.Append('\n');
    }
}
