using System.Text;

namespace LogFlow.Store.Tests;

/// <summary>Action lines that repeat the one before read as they would alone.</summary>
public sealed class BulkParserTests
{
    private const int Seed = 20261122;
    private const string Topic = "Dx4tPEtaaXiHlqW0w9Lh8A";

    private static readonly string[] Edits =
    [
        "0", "9", "-", "\"", "}", " ", "x", ",", "\\", "00", "-1", "\"}}", ",\"pipeline\":\"p\"",
        "12345678901234567890",
    ];

    [Fact]
    public void ActionLine_AfterOneLikeIt_ReadsAsAlone()
    {
        var random = new Random(Seed);
        var repeatedCount = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var lines = Enumerable.Range(0, random.Next(2, 6)).Select(_ => ActionLine(random)).ToArray();
            var alone = lines.Select(line => Read([line])).ToArray();
            var together = Read(lines);
            var expected = Array.Exists(alone, items => items is null) ? null : alone.SelectMany(items => items!);
            Assert.True(
                expected is null == together is null && (expected?.SequenceEqual(together!) ?? true),
                $"seed {Seed}, round {round}:\n{string.Join('\n', lines)}");
            repeatedCount += together is null ? 0 : 1;
        }

        Assert.True(repeatedCount > 5_000, $"only {repeatedCount} bodies were good");
    }

    private static string ActionLine(Random random)
    {
        var index = random.Next(10) == 0 ? "logs-other-default" : "logs-apache.access-default";
        var part = random.Next(10) == 0 ? "-2" : "";
        var offset = random.NextInt64(random.Next(2) == 0 ? 1000 : long.MaxValue);
        var line = random.Next(10) == 0
            ? $"{{\"create\":{{\"_id\":\"{Topic}-0-{offset}{part}\",\"_index\":\"{index}\"}}}}"
            : $"{{\"create\":{{\"_index\":\"{index}\",\"_id\":\"{Topic}-{random.Next(2)}-{offset}{part}\"}}}}";
        if (random.Next(6) == 0)
        {
            var at = random.Next(line.Length);
            line = line.Remove(at, random.Next(Math.Min(3, line.Length - at)))
                .Insert(at, Edits[random.Next(Edits.Length)]);
        }

        return line;
    }

    private static List<string>? Read(string[] actionLines)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(actionLines.Select(line => line + "\n{\"a\":1}\n")));
        using var request = new BulkParser(body, null).TryParse(null);
        if (request is null)
        {
            return null;
        }

        var items = new List<string>();
        foreach (ref readonly var item in request.Items)
        {
            var document = Encoding.UTF8.GetString(body, item.DocumentStart, item.DocumentLength);
            items.Add($"{item.Operation} {item.Status} {item.Index!.Name} {item.HasId} {item.HasQueueId} "
                + $"{item.QueueId} {(item.HasId ? Encoding.UTF8.GetString(item.Id(body)) : "")} {document}");
        }

        return items;
    }
}
