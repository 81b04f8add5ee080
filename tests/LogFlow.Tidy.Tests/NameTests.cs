using System.Text.RegularExpressions;

namespace LogFlow.Tidy.Tests;

/// <summary>One name for one thing, one namespace for one project.</summary>
public partial class NameTests
{
    /// <summary>Nested in many classes, each beside what it tells.</summary>
    private static readonly string[] MayRepeat = ["Log", "Program"];

    [Fact]
    public void Namespaces_AreTheProjectsName()
    {
        var wrong =
            from file in SourceTree.CSharpFiles
            let declared = file.Lines.Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)
            where declared is not null && declared.Groups[1].Value != ProjectOf(file.Path)
            select $"{file.Path} is in {declared.Groups[1].Value}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void TypesOfTheProduct_HaveNamesOfTheirOwn()
    {
        var twice =
            from file in SourceTree.CSharpFiles
            where !file.Path.StartsWith("tests/", StringComparison.Ordinal)
            from line in file.Lines
            let declared = TopLevelType().Match(line)
            where declared.Success && !MayRepeat.Contains(declared.Groups[1].Value)
            group ProjectOf(file.Path) by declared.Groups[1].Value into projects
            where projects.Distinct().Count() > 1
            select $"{projects.Key} is a type of {string.Join(" and of ", projects.Distinct())}";

        Assert.Empty(twice);
    }

    /// <summary>The nearest folder that is named as a project: LogFlow.Something.</summary>
    private static string ProjectOf(string path) =>
        path.Split('/').First(part => part.StartsWith("LogFlow.", StringComparison.Ordinal));

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:public |internal )?(?:static |sealed |abstract |readonly |ref |partial |unsafe )*"
        + @"(?:class|struct|interface|enum|record struct|record) (\w+)")]
    private static partial Regex TopLevelType();
}
