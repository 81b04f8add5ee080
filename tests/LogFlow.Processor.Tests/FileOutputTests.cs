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
    public async Task Path_OneEventChose_DoesNotStopTheOthers()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("logs", "folder.log"));
        File.CreateSymbolicLink(folder.File("logs", "loop.log"), folder.File("logs", "loop.log"));
        var queue = new ScriptedQueue();
        queue.Append(
            0,
            "{\"app\":\"first\",\"n\":0}",
            $"{{\"app\":\"{new string('x', 300)}\",\"n\":1}}",
            "{\"app\":\"first.log/under\",\"n\":2}",
            "{\"app\":\"folder\",\"n\":3}",
            "{\"app\":\"loop\",\"n\":4}",
            $"{{\"app\":\"{string.Join('/', Enumerable.Repeat(new string('y', 200), 30))}\",\"n\":5}}",
            "{\"app\":\"nul\\u0000\",\"n\":6}",
            "{\"app\":\"last\",\"n\":7}");
        var letters = new CollectingDeadLetters();
        await using var service = TestHost.Start(
            $"output {{ file {{ path => \"{folder.File("logs", "%{app}.log")}\" }} }}", queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 8, "the commit");

        Assert.Equal("0", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("logs", "first.log")))));
        Assert.Equal("7", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("logs", "last.log")))));
        Assert.Equal(
            ["2", "3", "4"],
            (await File.ReadAllLinesAsync(folder.File("logs", "_filepath_failures"))).Select(Number));
        Assert.Equal([1L, 5L, 6L], letters.Letters.Keys.Select(key => key.Offset).Order());
        Assert.True(service.CheckHealth().IsReady);
    }

    [Fact]
    public async Task Folder_ThatCannotBeWritten_IsTheOutputsMatter()
    {
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("logs"), "a file where the folder should be");
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"app\":\"a\",\"n\":1}");
        var letters = new CollectingDeadLetters();
        await using var service = TestHost.Start(
            $"output {{ file {{ path => \"{folder.File("logs", "%{app}.log")}\" }} }}", queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 0, "a failure");

        Assert.False(service.CheckHealth().IsReady);
        File.Delete(folder.File("logs"));
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 1, "the commit");
        Assert.Empty(letters.Letters);
        Assert.True(File.Exists(folder.File("logs", "a.log")));
    }

    [Fact]
    public async Task Overwrite_LeavesTheLastEventOfTheLastBatch()
    {
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("a.log"), "a much longer line that was there before\n");
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 50).Select(n => $"{{\"n\":{n}}}"));
        await using var service = TestHost.Start(
            $"output {{ file {{ path => \"{folder.File("a.log")}\" write_behavior => \"overwrite\" }} }}",
            queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 50, "the commit");

        Assert.Equal("49", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("a.log")))));
        queue.Append(0, "{\"n\":7}");
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 51, "the next commit");
        Assert.Equal("7", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("a.log")))));
    }

    [Fact]
    public async Task File_ThatIsNotThereAndShallNotBeMade_GoesToTheNamedFailureFile()
    {
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("there.log"), string.Empty);
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"app\":\"there\",\"n\":1}", "{\"app\":\"gone\",\"n\":2}");
        await using var service = TestHost.Start(
            $"output {{ file {{ path => \"{folder.File("%{app}.log")}\" create_if_deleted => false "
            + "filename_failure => \"lost.log\" } }",
            queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 2, "the commit");

        Assert.Equal("1", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("there.log")))));
        Assert.Equal("2", Number(Assert.Single(await File.ReadAllLinesAsync(folder.File("lost.log")))));
        Assert.False(File.Exists(folder.File("gone.log")));
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
