using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LogFlow.Store.Tests;

/// <summary>Log-like documents with ties, gaps, arrays, objects in arrays, numbers and other scripts.</summary>
internal sealed class RandomDocuments(Random random)
{
    public static readonly string[] Words =
    [
        "error", "Timeout", "connection", "refused", "user", "login", "failed", "GET", "/index.html", "foo.bar",
        "foo-bar", "a_b", "1.2.3.4", "10.0.0.7:8080", "java.lang.NullPointerException", "at", "key=value", "it's",
        "Müller", "ÉCOLE", "naïve", "日本語", "データベース", "привет", "x", "42", "3.14", "1,000", "v2.0-rc1", "[main]",
        "id:4711", "C:\\temp", "user@example.com", "don’t", "straße", "__init__", "_", "-", "...", "a.1", "1.a",
            "ab:cd",
        "100%", "#tag", "\"quoted\"", "тест", "한국어", "e\u0301te\u0301",
    ];

    public static readonly string[] Hosts = ["web-1", "web-2", "db.internal", "Web-1", "cache_01"];
    public static readonly string[] Levels = ["info", "warn", "error", "debug", "ERROR"];
    public static readonly string[] Addresses =
        ["10.0.0.1", "10.0.0.2", "192.168.1.77", "8.8.8.8", "2001:db8::1", "10.20.30.40"];

    public const long StartMs = 1_763_000_000_000;

    public string Next()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            var ms = StartMs + (random.Next(400) * 431_117L);
            json.WriteString("@timestamp", DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString(
                "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            WriteBase(json);
            WriteOdd(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public string Sentence(int max) =>
        string.Join(Chance(10) ? ", " : " ", Enumerable.Range(0, 1 + random.Next(max)).Select(_ => Pick(Words)));

    private void WriteBase(Utf8JsonWriter json)
    {
        if (!Chance(5))
        {
            json.WriteString("message", Sentence(12));
        }

        json.WriteStartObject("host");
        json.WriteString("name", Pick(Hosts));
        json.WriteEndObject();
        json.WriteStartObject("log");
        if (!Chance(20))
        {
            json.WriteString("level", Pick(Levels));
        }

        json.WriteNumber("offset", random.Next(100_000));
        json.WriteEndObject();
        if (Chance(70))
        {
            json.WriteStartObject("http");
            json.WriteStartObject("response");
            json.WriteNumber("status_code", new[] { 200, 200, 200, 301, 404, 500, 503 }[random.Next(7)]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (Chance(60))
        {
            json.WriteStartObject("source");
            json.WriteString("ip", Pick(Addresses));
            json.WriteEndObject();
        }
    }

    private void WriteOdd(Utf8JsonWriter json)
    {
        if (Chance(30))
        {
            json.WriteStartArray("tags");
            for (var i = random.Next(4); i > 0; i--)
            {
                json.WriteStringValue(Pick(Words));
            }

            json.WriteEndArray();
        }

        if (Chance(40))
        {
            json.WriteNumber("duration", random.Next(-50, 1000));
        }

        if (Chance(40))
        {
            json.WriteNumber("load", random.Next(0, 64) / 4.0 + 0.25);
        }

        if (Chance(30))
        {
            json.WriteBoolean("flag", Chance(50));
        }

        if (Chance(15))
        {
            json.WriteStartArray("items");
            for (var i = 1 + random.Next(2); i > 0; i--)
            {
                json.WriteStartObject();
                json.WriteString("name", Pick(Hosts));
                json.WriteNumber("count", random.Next(5));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Chance(10))
        {
            json.WriteStartArray("sizes");
            json.WriteNumberValue(random.Next(10));
            json.WriteNumberValue(random.Next(10));
            json.WriteEndArray();
        }

        WriteRare(json);
    }

    private void WriteRare(Utf8JsonWriter json)
    {
        if (Chance(10))
        {
            json.WriteNull("user");
        }

        if (Chance(5))
        {
            json.WriteString("long_text", new string('x', 1000 + random.Next(60)));
        }

        if (Chance(15))
        {
            json.WriteStartObject("error");
            json.WriteString("message", Sentence(5));
            json.WriteEndObject();
        }

        if (Chance(20))
        {
            json.WriteStartObject("labels");
            json.WriteString("env", Pick(["prod", "test", "päd"]));
            json.WriteEndObject();
        }

        if (Chance(5))
        {
            json.WriteNumber("dotted.key", random.Next(4));
        }
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
