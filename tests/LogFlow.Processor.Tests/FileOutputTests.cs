using LogFlow.Processor.Outputs;
using LogFlow.Processor.Pipeline;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

public sealed class FileOutputTests
{
    [Fact]
    public async Task Events_ByField_GoToTheirFilesInOrder()
    {
        using var folder = new TempDirectory();
        var queue = new ScriptedQueue();
        queue.Append(
            0, Enumerable.Range(0, 500).Select(n => $"{{\"app\":\"{(n % 2 == 0 ? "even" : "odd")}\",\"n\":{n}}}"));
        await using var service = Start(folder, "%{app}.log", queue);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 500, "the commit");

        var even = await File.ReadAllLinesAsync(folder.File("logs", "even.log"));
        Assert.Equal(Enumerable.Range(0, 250).Select(n => $"{n * 2}"), even.Select(Number));
        Assert.Equal(250, (await File.ReadAllLinesAsync(folder.File("logs", "odd.log"))).Length);
    }

    [Fact]
    public async Task Path_LedOutOfTheFolder_GoesToTheFailureFile()
    {
        using var folder = new TempDirectory();
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"app\":\"../../etc/evil\",\"n\":1}", "{\"app\":\"fine\",\"n\":2}");
        await using var service = Start(folder, "%{app}.log", queue);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 2, "the commit");

        Assert.Equal(["_filepath_failures", "fine.log"],
            Directory.GetFiles(folder.File("logs")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task File_ThatCannotBeWritten_IsTriedUntilItCan()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("logs", "a.log"));
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"n\":1}");
        await using var service = Start(folder, "a.log", queue);
        await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 0, "a failure");
        Assert.Null(queue.CommittedOf(queue.Partition(0)));

        Directory.Delete(folder.File("logs", "a.log"));
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 1, "the commit");
        Assert.Equal("1", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("logs", "a.log")))));
    }

    [Fact]
    public async Task Store_ThatLostItsTail_DoesNotDoubleLinesOfAFile()
    {
        using var folder = new TempDirectory();
        await using var store = await FakeStore.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 100).Select(n => $"{{\"n\":{n}}}"));
        await using var service = TestHost.Start(
            $"output {{ store {{ url => \"{store.Url}\" }} file {{ path => \"{folder.File("out.log")}\" }} }}",
            queue.Connect(1, 0),
            new CollectingDeadLetters());
        await Eventually.TrueAsync(() => store.Documents().Count == 100, "100 documents");
        var file = folder.File("out.log");
        await Eventually.TrueAsync(() => File.Exists(file) && File.ReadAllLines(file).Length == 100, "100 lines");

        store.LoseTail();
        queue.Append(0, "{\"n\":100}");
        await Eventually.TrueAsync(() => store.Documents().Count == 101, "all documents again");
        await Eventually.TrueAsync(() => File.ReadAllLines(folder.File("out.log")).Length >= 101, "101 lines");

        Assert.Equal(
            Enumerable.Range(0, 101).Select(n => $"{n}"),
            (await File.ReadAllLinesAsync(folder.File("out.log"))).Select(Number));
    }

    [Theory]
    [InlineData("/var/out/app.log", null)]
    [InlineData("/var/out/%{app}.log", "/var/out/")]
    [InlineData("/var/out/x-%{app}/a.log", "/var/out/")]
    public void FixedFolder_OfAPath_IsWhatStandsBeforeItsFields(string path, string? expected) =>
        Assert.Equal(expected, FileOutput.FixedFolder(EventTemplate.Parse(path)));

    private static string Number(string line) =>
        System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("n").GetRawText();

    private static ProcessorService Start(TempDirectory folder, string path, ScriptedQueue queue) => TestHost.Start(
        $"output {{ file {{ path => \"{folder.File("logs", path)}\" }} }}", queue.Connect(1, 0),
        new CollectingDeadLetters());
}
