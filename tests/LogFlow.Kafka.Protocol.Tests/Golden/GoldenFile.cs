using System.Globalization;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>
/// A captured exchange as a text file: <c>18_ApiVersions_v4.hex</c>.
/// <code>
/// # where it comes from
/// request
/// 00120004...
/// response
/// 00000000...
/// </code>
/// The bytes are whole frames, headers included, without the 4-byte length before them.
/// </summary>
internal sealed class GoldenFile
{
    private const int HexDigitsPerLine = 96;

    private GoldenFile(string name, byte[] request, byte[] response)
    {
        Name = name;
        Request = request;
        Response = response;
        var reader = new KafkaReader(request);
        Header = RequestHeader.Read(ref reader);
    }

    public static IReadOnlyList<GoldenFile> All { get; } =
    [
        .. Resources.Names.Where(name => name.EndsWith(".hex", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Parse(Path.GetFileNameWithoutExtension(name), Resources.ReadText(name))),
    ];

    public string Name { get; }

    public byte[] Request { get; }

    public byte[] Response { get; }

    public RequestHeader Header { get; }

    public static GoldenFile Find(string name) => All.Single(file => file.Name == name);

    public static void Save(string folder, Exchange exchange)
    {
        var header = exchange.Header;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{(short)header.ApiKey:00}_{header.ApiKey}_v{header.ApiVersion}.hex");
        string[] lines =
        [
            $"# {header.ApiKey} v{header.ApiVersion}: {exchange.Client}, answered by Apache Kafka 4.1.0 (README.md)",
            "request",
            .. Lines(exchange.Request),
            "response",
            .. Lines(exchange.Response),
        ];
        File.WriteAllText(Path.Combine(folder, name), string.Join('\n', lines) + "\n");
    }

    private static GoldenFile Parse(string name, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var response = Array.IndexOf(lines, "response");
        return new GoldenFile(
            name,
            Convert.FromHexString(string.Concat(lines[2..response])),
            Convert.FromHexString(string.Concat(lines[(response + 1)..])));
    }

    private static IEnumerable<string> Lines(byte[] bytes) =>
        Convert.ToHexStringLower(bytes).Chunk(HexDigitsPerLine).Select(digits => new string(digits));
}
