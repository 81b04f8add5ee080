namespace LogFlow.Processor.Pipeline.Tests;

public class PatternLibraryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BuiltInPatterns_All_Compile(bool isEcs)
    {
        var library = PatternLibrary.Create(isEcs);
        var wrong = new List<string>();
        foreach (var name in library.Names)
        {
            try
            {
                GrokCompiler.Compile($"%{{{name}}}", library, namedOnly: true, TimeSpan.FromSeconds(1));
            }
            catch (GrokException e)
            {
                wrong.Add($"{name}: {e.Message}");
            }
        }
        Assert.Empty(wrong);
    }
}
