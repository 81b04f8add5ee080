using System.Globalization;

namespace LogFlow.Agent;

/// <summary>Filebeat's ways to write a node.</summary>
internal static class ElasticsearchHosts
{
    private const int DefaultPort = 9200;

    /// <summary>The base address that a host stands for; it ends in a slash.</summary>
    /// <param name="host">host, host:port, a URL, an address in brackets.</param>
    /// <param name="protocol">Where the host names none.</param>
    /// <param name="path">Where the host names none.</param>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static Uri ToUri(string host, string protocol, string path)
    {
        var text = host.Contains("://", StringComparison.Ordinal) ? host : $"{protocol}://{host}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || uri.Scheme is not ("http" or "https"))
        {
            throw new FormatException(
                $"'{host}' is not a host such as es1:9200, http://es1:9200 or https://es1:9200/path");
        }

        var builder = new UriBuilder(uri);
        if (!HasPort(text))
        {
            builder.Port = DefaultPort;
        }

        if (builder.Path is "" or "/" && path.Length > 0)
        {
            builder.Path = path;
        }

        if (!builder.Path.EndsWith('/'))
        {
            builder.Path += "/";
        }

        return builder.Uri;
    }

    /// <summary>For messages: without user and password.</summary>
    public static string Describe(Uri uri) =>
        uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>
    /// A URI knows its scheme's default port; whether one was written, it does not. https without a port is 9200, too.
    /// </summary>
    private static bool HasPort(string text)
    {
        var authority = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = authority.AsSpan().IndexOfAny('/', '?');
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']')
            && ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
