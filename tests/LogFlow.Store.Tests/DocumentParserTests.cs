using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>The direct way and the reader's way of parsing a document are one: a seeded differential test.</summary>
public sealed class DocumentParserTests
{
    private const int Seed = 20261121;
    private const int MutationCount = 60_000;

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] Fragments =
    [
        "\"", "\\", "\\\"", "\\u00e4", "\\n", "{", "}", "[", "]", ",", ":", " ", "\t", "\r", "0", "-0", "01", "1.",
        ".5", "1e5", "1E+05", "-12.50e-3", "123456789012345678", "12345678901234567890",
        "true", "false", "null", "nul", "ä",
        "{}", "[]", "[1,{\"a\":[]}]", "{\"a\":{\"b\":1}}", "\"a\":1", "\"a\\u0062\":1", "\"@timestamp\":5",
        "\"2026-01-02T03:04:05.678Z\"", "\u0001", "\u001e", "[[[[", "\"_id\":1,",
    ];

    private static readonly string[] Documents =
    [
        """{"@timestamp":"2026-01-02T03:04:05.678Z","a":1,"b":-2.5,"c":true,"d":null,"e":[1,2],"f":{"g":{}},"h":""}""",
        """ { "@timestamp" : "2026-01-02T03:04:05.678+01:00" , "n" : [ ] , "o" : { } , "p.q" : "x" } """,
        """{"@timestamp":1767323045678,"event":{"created":"2026-01-02T03:04:05Z","ingested":"no date"}}""",
        """{"@timestamp":"2026-01-02\u0054","key \"quoted\"":"a\/b\\c\td\u00e9","big":123456789012345678901,"z":-0}""",
        """{"a":1,"a":2}""", "{}", "[]", "\"text\"", "", "{\"a\":1} x", "{\"a\":tru}", "{\"a\":1,}", "{,}",
        """{"@timestamp":"2026-01-02T03:04:05Z","tags":["x","\ud800"],"s":"\ud83d\ude00","t":"\ud800"}""",
    ];

    [Fact]
    public void DirectWay_RealDocuments_TakesThemAll()
    {
        var parser = new DocumentParser(new FieldCatalog());
        var tape = new DocumentTape();
        foreach (var document in RealDocuments())
        {
            Assert.True(parser.TryFlattenDirectly(document, tape), Encoding.UTF8.GetString(document));
        }
    }

    [Fact]
    public void DirectWay_WhateverItTakes_ReadsAsTheReaderDoes()
    {
        var random = new Random(Seed);
        var corpus = RealDocuments().Take(400).Concat(Documents.Select(Encoding.UTF8.GetBytes)).ToArray();
        var direct = new DocumentParser(new FieldCatalog());
        var reader = new DocumentParser(new FieldCatalog());
        var (directTape, readerTape) = (new DocumentTape(), new DocumentTape());
        var takenCount = 0;
        for (var i = 0; i < corpus.Length + MutationCount; i++)
        {
            var document = i < corpus.Length ? corpus[i] : Mutate(corpus[random.Next(corpus.Length)], random);
            if (!Utf8.IsValid(document) || !direct.TryFlattenDirectly(document, directTape))
            {
                continue;
            }

            takenCount++;
            var text = $"seed {Seed}, document {i}: {Encoding.UTF8.GetString(document)}";
            Assert.True(IsTakenByReader(reader, document, readerTape), text);
            Assert.True(Describe(document, readerTape) == Describe(document, directTape), text);
        }

        Assert.True(takenCount > MutationCount / 10, $"only {takenCount} documents were taken");
    }

    private static bool IsTakenByReader(DocumentParser reader, byte[] document, DocumentTape tape)
    {
        try
        {
            return reader.Flatten(document, tape);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(byte[] document, DocumentTape tape)
    {
        var text = new StringBuilder();
        text.Append(tape.HasTimestamp).Append(' ').Append(tape.HasTimestamp ? tape.TimestampMs : 0).Append('\n');
        foreach (ref readonly var entry in tape.Entries)
        {
            text.Append(entry.Node.PhysicalName).Append(' ').Append(entry.Kind).Append(' ').Append(entry.Bits)
                .Append(' ').Append(entry.Digits).Append(' ').Append(entry.IsInScratch)
                .Append(' ').Append(entry.RawStart).Append('+').Append(entry.RawLength);
            if (entry.Kind is StoredKind.String or StoredKind.Time)
            {
                text.Append(' ').Append(Convert.ToHexString(tape.Text(document, entry)));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static byte[] Mutate(byte[] document, Random random)
    {
        var bytes = document.ToList();
        for (var edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(128);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Lines of real logs in documents as the processor writes them.</summary>
    private static IEnumerable<byte[]> RealDocuments()
    {
        foreach (var file in (string[])["apache_access.log", "linux.log", "hadoop.log", "zookeeper.log"])
        {
            var offset = 0L;
            foreach (var line in File.ReadLines(SharedFolder.File("data", file)).Take(300))
            {
                var message = JsonSerializer.Serialize(line, Relaxed);
                yield return Encoding.UTF8.GetBytes(
                    $"{{\"@timestamp\":\"2026-01-02T03:04:05.678Z\",\"message\":{message},"
                    + $"\"log\":{{\"offset\":{offset},\"file\":{{\"path\":\"/var/log/{file}\"}}}},"
                    + "\"http\":{\"response\":{\"status_code\":200,"
                    + "\"body\":{\"bytes\":1234}}},"
                    + "\"event\":{\"ingested\":\"2026-01-02T03:04:06.001Z\"},\"ok\":true}");
                offset += line.Length + 1;
            }
        }
    }
}
