using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Named grok patterns: the built-in ones, files of a folder, and definitions in the pipeline.</summary>
internal sealed class PatternLibrary
{
    /// <summary>Names of the library's own parts, which the public one does not have; they capture nothing.</summary>
    public const string HelperPrefix = "LF_";

    private static readonly Lazy<PatternLibrary> LegacyLibrary = new(() => LoadBuiltIn("legacy"));
    private static readonly Lazy<PatternLibrary> EcsLibrary = new(() => LoadBuiltIn("ecs"));

    private readonly Dictionary<string, string> _patterns;

    private PatternLibrary(Dictionary<string, string> patterns) => _patterns = patterns;

    /// <summary>The names that are defined.</summary>
    public IReadOnlyCollection<string> Names => _patterns.Keys;

    /// <summary>A library to add to, with the built-in patterns of the field names that are wanted.</summary>
    public static PatternLibrary Create(bool isEcs) =>
        new(new Dictionary<string,
            string>((isEcs ? EcsLibrary : LegacyLibrary).Value._patterns, StringComparer.Ordinal));

    /// <summary>The definition of a name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? pattern) =>
        _patterns.TryGetValue(name, out pattern);

    /// <summary>Defines a name, or defines it anew.</summary>
    public void Add(string name, string pattern) => _patterns[name] = pattern;

    /// <summary>Adds the definitions of a pattern file: a name, blanks, a pattern; # starts a comment line.</summary>
    public void AddFile(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            var text = line.AsSpan().TrimStart();
            if (text.IsEmpty || text[0] == '#')
            {
                continue;
            }
            var blank = text.IndexOfAny(' ', '\t');
            if (blank > 0)
            {
                _patterns[text[..blank].ToString()] = text[blank..].TrimStart().ToString();
            }
        }
    }

    private static PatternLibrary LoadBuiltIn(string flavour)
    {
        var library = new PatternLibrary(new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var file in (ReadOnlySpan<string>)["base", flavour])
        {
            var name = $"LogFlow.Processor.Pipeline.Patterns.{file}.grok";
            using var stream = typeof(PatternLibrary).Assembly.GetManifestResourceStream(name)
                ?? throw new InvalidOperationException($"The resource {name} is missing.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            library.AddFile(reader);
        }
        return library;
    }
}
