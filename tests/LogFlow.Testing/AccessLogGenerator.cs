using System.Globalization;
using System.Text;

namespace LogFlow.Testing;

/// <summary>
/// Combined access-log lines that look like a web server's: about 240 bytes, varied addresses, paths, sizes, referrers
/// and agents. The same seed gives the same lines. Each line names its number (<c>rid=</c>), so that tests can tell
/// which line is missing or doubled.
/// </summary>
public sealed class AccessLogGenerator(int seed)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "GET", "GET", "POST", "HEAD", "PUT"];

    private static readonly string[] Paths =
    [
        "/", "/index.html", "/images/logo-large.png", "/api/v1/users", "/api/v1/orders/search", "/blog/2026/11/notes",
        "/static/css/site.min.css", "/static/js/vendor.bundle.js", "/downloads/release-2.4.1.tar.gz", "/robots.txt",
        "/search", "/account/settings/profile", "/products/catalog/outdoor", "/healthz", "/feed.xml",
    ];

    private static readonly string[] Referrers =
    [
        "-", "https://www.example.com/", "https://search.example.org/results?q=log+pipeline",
        "https://news.example.net/item/40417", "https://www.example.com/blog/2026/11/notes",
    ];

    private static readonly string[] Agents =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "curl/8.9.1", "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example.com/about)",
    ];

    private static readonly int[] Statuses =
        [200, 200, 200, 200, 200, 200, 200, 200, 304, 304, 301, 404, 403, 500, 503];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _line = new();
    private DateTime _time = new(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The next line, without its newline.</summary>
    public string Next(long number)
    {
        _time = _time.AddMilliseconds(_random.Next(0, 40));
        _line.Clear();
        _line.Append(CultureInfo.InvariantCulture, $"{_random.Next(1, 224)}.{_random.Next(256)}.{_random.Next(256)}.");
        _line.Append(_random.Next(1, 255)).Append(" - ").Append(_random.Next(20) == 0 ? "alice" : "-").Append(" [");
        _line.Append(_time.ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000] \"");
        _line.Append(Pick(Methods)).Append(' ').Append(Pick(Paths)).Append("?rid=").Append(number);
        _line.Append("&session=").Append(_random.NextInt64().ToString("x16", CultureInfo.InvariantCulture));
        _line.Append(" HTTP/1.1\" ").Append(Statuses[_random.Next(Statuses.Length)]).Append(' ');
        _line.Append(_random.Next(100, 250_000)).Append(" \"").Append(Pick(Referrers)).Append("\" \"");
        return _line.Append(Pick(Agents)).Append('"').ToString();
    }

    /// <summary>Writes a file of <paramref name="count"/> lines, numbered from <paramref name="first"/>.</summary>
    public void WriteFile(string path, long count, long first = 0)
    {
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        for (var number = first; number < first + count; number++)
        {
            file.Write(Next(number));
            file.Write('\n');
        }
    }

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
