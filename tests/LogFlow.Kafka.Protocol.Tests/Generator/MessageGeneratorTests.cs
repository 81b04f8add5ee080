using LogFlow.Kafka.Protocol.Generator;
using LogFlow.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>What the generator makes of tables, good and bad.</summary>
public sealed class MessageGeneratorTests
{
    private const string Response = """


        response Ping key 99 versions 0-3 flexible 2+
          ErrorCode  error  0+
        """;

    [Theory]
    [InlineData("  Id int33 0+", 2, "'int33' is no type")]
    [InlineData("  Id int32", 2, "expected: NAME TYPE RANGE")]
    [InlineData("  Id int32 3-1", 2, "expected: NAME TYPE RANGE")]
    [InlineData("  Id int32 0+ nullable 0+", 2, "cannot be null")]
    [InlineData("  Id int32 0+ default x", 2, "'x' is no default")]
    [InlineData("  Id int8 0+ default 128", 2, "'128' is no default")]
    [InlineData("  Id string 0+ default null", 2, "'null' is no default")]
    [InlineData("  Id int32 0+ sometimes", 2, "'sometimes' is not a valid option")]
    [InlineData("  Id int32 4+", 2, "exists in none of the message's versions")]
    [InlineData("  id int32 0+", 2, "start with a capital letter")]
    [InlineData("  Id int32 0+\n  Id int32 0+", 3, "declared twice")]
    [InlineData("  Id int32 0+ tag 0 0+", 2, "tagged in versions that have no tags")]
    [InlineData("  Id int32 2+ tag 0 3+", 2, "must be tagged in all of its versions")]
    [InlineData("  Id int32 2+ tag 0 2+\n  Other int32 2+ tag 0 2+", 3, "tag 0 is used twice")]
    [InlineData("  Id int32 0+\n    Inner int32 0+", 3, "only a field whose type is a struct")]
    [InlineData("  Id Inner 0+", 2, "struct Inner has no fields")]
    [InlineData("  Inner Inner 0+\n    Id int32 0+", 2, "has the name of a struct")]
    [InlineData("  First Inner 0+\n    Inner int32 0+", 3, "has the name of a struct")]
    [InlineData("   Id int32 0+", 2, "two spaces a level")]
    [InlineData("  Id int32 0+\n  struct A\n    B int32 0+\n  struct A\n    C int32 0+", 5, "declared twice")]
    public void BadField_IsReportedAtItsLine(string fields, int line, string text)
    {
        var diagnostics = Run($"request Ping key 99 versions 0-3 flexible 2+\n{fields}{Response}").Diagnostics;

        var found = diagnostics.FirstOrDefault(d => d.GetMessage().Contains(text, StringComparison.Ordinal));
        Assert.True(found is not null, string.Join('\n', diagnostics));
        Assert.Equal(("LFK001", DiagnosticSeverity.Error), (found.Id, found.Severity));
        Assert.Equal("Messages/99_Ping.kafka", found.Location.GetLineSpan().Path);
        Assert.Equal(line, found.Location.GetLineSpan().StartLinePosition.Line + 1);
    }

    [Theory]
    [InlineData("question Ping key 99 versions 0-3 flexible 2+", "expected: request|response|data")]
    [InlineData("request Ping key x versions 0-3 flexible 2+", "'key x' is not a valid part")]
    [InlineData("request Ping key 99 versions 0+ flexible 2+", "'versions 0+' is not a valid part")]
    [InlineData("request Ping key 99 flexible 2+", "has no versions")]
    [InlineData("request Ping key 99 versions 0-3 flexible sometimes", "'flexible sometimes' is not a valid part")]
    [InlineData("request Ping versions 0-3 flexible 2+", "requests and responses have a key")]
    [InlineData("request Ping key 99 versions 0-2 flexible 2+", "differ in key, versions or flexible")]
    [InlineData("request Pong key 99 versions 0-3 flexible 2+", "lacks its request or response")]
    public void BadHeader_IsReported(string header, string text)
    {
        var messages = Run($"{header}\n  Id int32 0+{Response}").Diagnostics.Select(d => d.GetMessage()).ToList();

        Assert.Contains(messages, message => message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void BadTable_GeneratesNoClass()
    {
        var result = Run($"request Ping key 99 versions 0-3 flexible 2+\n  Id int33 0+{Response}");

        Assert.DoesNotContain(result.GeneratedTrees, tree => tree.FilePath.Contains("Ping", StringComparison.Ordinal));
    }

    [Fact]
    public void GoodTable_GeneratesPropertiesOfTheRightTypes()
    {
        var result = Run(
            $"""
            request Ping key 99 versions 0-3 flexible 2+   # a comment
              Id        int32     0+   default -1
              Name      string    1+   nullable 2+
              Items     []Item    0-2
                Code    error     0+
                Data    records   0+   nullable 0+
              More      []Item    3+
              Level     float64   2+   tag 0 2+
            {Response}
            """);

        Assert.Empty(result.Diagnostics);
        var source = result.GeneratedTrees
            .Single(tree => tree.FilePath.EndsWith("PingRequest.g.cs", StringComparison.Ordinal))
            .ToString();
        Assert.Contains("public int Id { get; set; } = -1;", source, StringComparison.Ordinal);
        Assert.Contains("public string? Name { get; set; } = \"\";", source, StringComparison.Ordinal);
        Assert.Contains("List<Item> Items { get; set; } = [];", source, StringComparison.Ordinal);
        Assert.Contains("ErrorCode Code { get; set; }", source, StringComparison.Ordinal);
        Assert.Contains("ReadOnlyMemory<byte>? Data", source, StringComparison.Ordinal);
        Assert.Equal(1, source.Split("public sealed class Item").Length - 1);
    }

    [Fact]
    public void EditOfOneTable_LeavesTheOthersAlone()
    {
        var ping = $"request Ping key 99 versions 0-3 flexible 2+\n  Id int32 0+{Response}";
        var first = new TableText("a/01_Ping.kafka", ping);
        var second = new TableText("a/Note.kafka", "data Note versions 0 flexible none\n  Id int32 0+");
        var driver = CSharpGeneratorDriver.Create(
            [new MessageGenerator().AsSourceGenerator()],
            [first, second],
            driverOptions: new GeneratorDriverOptions(
                IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        var compilation = CSharpCompilation.Create("test");
        var edited = new TableText(second.Path, second.Text + " default 5");

        var result = driver.RunGenerators(compilation)
            .ReplaceAdditionalText(second, edited)
            .RunGenerators(compilation)
            .GetRunResult();

        var reasons = result.Results[0].TrackedOutputSteps
            .SelectMany(step => step.Value)
            .SelectMany(step => step.Outputs)
            .Select(output => output.Reason)
            .ToList();
        Assert.Contains(IncrementalStepRunReason.Cached, reasons);
        Assert.Contains(IncrementalStepRunReason.Modified, reasons);
    }

    [Fact]
    public void TablesOfTheProduct_AreOnePerApi_NamedByKeyAndName()
    {
        var folder = Path.Combine(SharedFolder.Repository, "queue", "LogFlow.Kafka.Protocol", "Messages");
        var names = Directory.GetFiles(folder, "*_*.kafka")
            .Select(Path.GetFileNameWithoutExtension)
            .Order(StringComparer.Ordinal);

        Assert.Equal(KafkaApis.All.Select(api => $"{(short)api.Key:00}_{api.Key}"), names);
    }

    private static GeneratorDriverRunResult Run(string table) =>
        CSharpGeneratorDriver.Create(
                [new MessageGenerator().AsSourceGenerator()], [new TableText("Messages/99_Ping.kafka", table)])
            .RunGenerators(CSharpCompilation.Create("test"))
            .GetRunResult();

    private sealed class TableText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public string Text => text;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
