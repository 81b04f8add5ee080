using System.Text.RegularExpressions;

namespace LogFlow.Tidy.Tests;

/// <summary>The rules of the style guide that a machine can check.</summary>
public partial class StyleTests
{
    private const int ColumnsMax = 120;
    private const int FileLinesMax = 600;
    private const int MethodLinesMax = 70;

    [Fact]
    public void Lines_AreAtMost120ColumnsWide() => AssertNone(
        from file in SourceTree.CSharpFiles
        from line in file.Lines.Index()
        where line.Item.Length > ColumnsMax
        select $"{file.Path}:{line.Index + 1} has {line.Item.Length} columns");

    [Fact]
    public void Files_AreAtMost600LinesLong() => AssertNone(
        from file in SourceTree.CSharpFiles
        where file.Lines.Length > FileLinesMax
        select $"{file.Path} has {file.Lines.Length} lines");

    [Fact]
    public void Methods_AreAtMost70LinesLong() => AssertNone(
        from file in SourceTree.CSharpFiles
        from method in Methods(file.Lines)
        where method.Length > MethodLinesMax
        select $"{file.Path}:{method.Line} has {method.Length} lines");

    [Fact]
    public void Sources_HoldNoLeftOvers() => AssertNone(
        from file in SourceTree.CSharpFiles
        where !file.Path.Contains("LogFlow.Tidy.Tests")
        from line in file.Lines.Index()
        where LeftOver().IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    /// <summary>What an analyzer could say by a symbol stands in BannedSymbols.txt; this cannot.</summary>
    [Fact]
    public void ProductCode_BeginsNoWorkThatNobodyOwnsAndLocksNothingPublic() => AssertNone(
        from file in SourceTree.CSharpFiles
        where !file.Path.StartsWith("tests/", StringComparison.Ordinal)
        from line in file.Lines.Index()
        where Banned().IsMatch(line.Item) && !IsWhereWorkBegins(file.Path)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    /// <summary>A folder whose name nobody synced is gone after a power cut, with all that is in it.</summary>
    [Fact]
    public void ProductCode_MakesFoldersInOnePlace() => AssertNone(
        from file in SourceTree.CSharpFiles
        where !file.Path.StartsWith("tests/", StringComparison.Ordinal)
            && !file.Path.EndsWith("/PrivateFiles.cs", StringComparison.Ordinal)
        from line in file.Lines.Index()
        where line.Item.Contains("Directory.CreateDirectory(", StringComparison.Ordinal)
            && !line.Item.Contains("PrivateFiles.CreateDirectory(", StringComparison.Ordinal)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}: use PrivateFiles.CreateDirectory");

    [Fact]
    public void LogEvents_HaveIdsOfTheirOwn() => AssertNone(
        from file in SourceTree.CSharpFiles
        where !file.Path.StartsWith("tests/", StringComparison.Ordinal)
        from Match match in EventId().Matches(string.Join('\n', file.Lines))
        let place = (Id: match.Groups[1].Value, file.Path)
        group place by place.Id into same
        where same.Count() > 1
        select $"event id {same.Key} is used {same.Count()} times: {string.Join(", ", same.Select(use => use.Path))}");

    /// <summary>The one place that begins work and keeps its task: whoever wants to, calls it.</summary>
    private static bool IsWhereWorkBegins(string path) =>
        path.EndsWith("/Ownership/BackgroundWork.cs", StringComparison.Ordinal);

    private static IEnumerable<(int Line, int Length)> Methods(string[] lines)
    {
        // With this code style a member's braces stand alone at the indentation of its signature.
        for (var index = 1; index < lines.Length; index++)
        {
            var match = OpeningBrace().Match(lines[index]);
            var above = lines[index - 1];
            if (!match.Success || !MemberSignature().IsMatch(above) || TypeSignature().IsMatch(above))
            {
                continue;
            }

            var close = Array.IndexOf(lines, match.Groups[1].Value + "}", index);
            if (close > 0)
            {
                yield return (index, close - index - 1);
            }
        }
    }

    private static void AssertNone(IEnumerable<string> found)
    {
        var all = found.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    [GeneratedRegex(@"^(\s+)\{$")]
    private static partial Regex OpeningBrace();

    [GeneratedRegex(@"\)$|\) where .*|^\s+: (base|this)\(.*\)$")]
    private static partial Regex MemberSignature();

    /// <summary>A type with a primary constructor also ends in a parenthesis; a type may be longer.</summary>
    [GeneratedRegex(@"\b(class|struct|record)\b")]
    private static partial Regex TypeSignature();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedException")]
    private static partial Regex LeftOver();

    [GeneratedRegex(
        @"lock \(this\)|_ = [A-Za-z_.]*Task\.(Run|Factory)|_ = [A-Za-z_.]+Async\(|\basync void\b")]
    private static partial Regex Banned();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId = )?(\d+)")]
    private static partial Regex EventId();
}
