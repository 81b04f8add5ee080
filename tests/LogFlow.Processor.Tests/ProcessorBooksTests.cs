using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>What was taken from the queue, against what became of it.</summary>
public sealed class ProcessorBooksTests
{
    private const string Pipeline = """
        filter {
          if [kind] == "drop" { drop {} }
          if [kind] == "clone" { clone { clones => ["copy", "other"] } }
          if [kind] == "split" { split { field => "parts" } }
        }
        output { if [kind] != "none" { file { path => "FOLDER/out.log" } } }
        """;

    private static readonly string?[] Records =
    [
        "{\"kind\":\"plain\"}", "{\"kind\":\"drop\"}", "{\"kind\":\"clone\"}",
        "{\"kind\":\"split\",\"parts\":[1,2,3,4]}", "{\"kind\":\"none\"}",
        "[{\"kind\":\"plain\"},{\"kind\":\"drop\"}]", "", null,
    ];

    [Fact]
    public async Task EveryRecord_IsAccountedFor()
    {
        using var folder = new TempDirectory();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 800).Select(static n => Records[n % Records.Length]));
        await using var service = TestHost.Start(
            Pipeline.Replace("FOLDER", folder.Path, StringComparison.Ordinal), queue.Connect(1, 0),
            new CollectingDeadLetters());
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 800, "the commit");

        var books = service.GetStatus().Books;
        Assert.Equal(0, books.Difference);
        Assert.Equal(800, books.Records);
        Assert.Equal(0, books.InFlight);
        Assert.Equal(100, books.Refused);
        Assert.Equal(100, books.Unrouted);

        // A dropped event, one of a list, and a text that makes none.
        Assert.Equal(300, books.Dropped);
        Assert.Equal(300, service.GetStatus().Dropped);

        // Two copies; three parts beyond the one that they replace; a second event of a list.
        Assert.Equal(200 + 300 + 100, books.Made);
        var lines = await File.ReadAllLinesAsync(folder.File("out.log"));
        Assert.Equal(lines.Length, books.Written);
        Assert.Equal(800 + books.Made, books.Written + 100 + 100 + 300);
    }

    [Fact]
    public async Task Statements_CountWhatTheySaw_OverAllWorkers()
    {
        using var folder = new TempDirectory();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 80).Select(static n => Records[n % Records.Length]));
        await using var service = TestHost.Start(
            Pipeline.Replace("FOLDER", folder.Path, StringComparison.Ordinal), queue.Connect(1, 0),
            new CollectingDeadLetters());
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 80, "the commit");

        var statements = service.GetStatements();
        Assert.Equal(3, statements.Count);
        Assert.Equal((20, 0), (statements[0].In, statements[0].Out));
        Assert.StartsWith("config.string:2:", statements[0].Place, StringComparison.Ordinal);
        Assert.Equal(10, statements[1].In);
        Assert.Equal(10, statements[2].In);
    }
}
