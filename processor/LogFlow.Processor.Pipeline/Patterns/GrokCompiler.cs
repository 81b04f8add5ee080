using System.Globalization;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Replaces the <c>%{NAME:field:type}</c> of a grok pattern by their definitions, until only a regex is left. Fields
/// get groups named g0, g1 ..., because field names may hold brackets.
/// </summary>
internal sealed class GrokCompiler
{
    private const int ExpandedLengthMax = 1 << 20;

    private readonly PatternLibrary _library;
    private readonly bool _namedOnly;
    private readonly StringBuilder _output = new();
    private readonly List<(string Name, GrokType Type)> _captures = [];
    private readonly Stack<string> _path = new();
    private readonly Dictionary<string, string> _inline = new(StringComparer.Ordinal);

    private GrokCompiler(PatternLibrary library, bool namedOnly)
    {
        _library = library;
        _namedOnly = namedOnly;
    }

    /// <summary>Compiles a grok pattern.</summary>
    /// <exception cref="GrokException">It uses an unknown name, or its expansion is no regex.</exception>
    public static GrokPattern Compile(string pattern, PatternLibrary library, bool namedOnly, TimeSpan timeout)
    {
        var compiler = new GrokCompiler(library, namedOnly);
        compiler.Expand(pattern);
        try
        {
            var translator = new RubyRegexTranslator(compiler._output.ToString());
            var translated = translator.Translate();
            var regex = new TieredRegex(translated, translator.HasNamedGroups, RubyRegexOptions.DotAll, timeout);
            var captures = compiler._captures.Select((capture, index) => new GrokCapture(
                index, regex.GroupNumber(string.Create(CultureInfo.InvariantCulture, $"g{index}")), capture.Name,
                capture.Type));
            var node = MatchParser.Parse(translated, RubyRegexOptions.DotAll);
            return new GrokPattern(pattern, regex, [.. captures])
            {
                Program = MatchCompiler.Compile(node, out var problem),
                Problem = problem,
                RequiredText = MatchFacts.RequiredText(node),
            };
        }
        catch (RubyRegexException e)
        {
            throw new GrokException($"the grok pattern is wrong: {e.Message}");
        }
    }

    private void Expand(string pattern)
    {
        var position = 0;
        while (position < pattern.Length)
        {
            var c = pattern[position];
            if (c == '\\' && position + 1 < pattern.Length)
            {
                if (TryRenameReference(pattern, ref position))
                {
                    continue;
                }
                _output.Append(pattern, position, 2);
                position += 2;
            }
            else if (c == '%' && TryTakeReference(pattern, position, out var reference))
            {
                position += reference.Length;
                ExpandReference(reference);
            }
            else if (c == '(' && TryTakeNamedGroup(pattern, position, out var name, out var end))
            {
                position = end;
                BeginCapture(name);
            }
            else
            {
                _output.Append(c);
                position++;
            }
        }
        if (_output.Length > ExpandedLengthMax)
        {
            throw new GrokException("the grok pattern is too long when its names are replaced");
        }
    }

    private void ExpandReference(in Reference reference)
    {
        if (reference.Definition is not null)
        {
            _inline[reference.Name] = reference.Definition;
        }
        if (!_inline.TryGetValue(reference.Name, out var definition)
            && !_library.TryGet(reference.Name, out definition))
        {
            var remedy = NearestName.Find(reference.Name, _library.Names) is { } nearest ? $"did you mean '{nearest}'?"
                : "define it by pattern_definitions or in a file of patterns_dir";
            throw new GrokException($"the grok pattern '{reference.Name}' is not defined", remedy);
        }
        if (_path.Contains(reference.Name))
        {
            throw new GrokException($"the grok pattern '{reference.Name}' refers to itself: "
                + string.Join(" > ", _path.Reverse().Append(reference.Name)));
        }
        var isHelper = reference.Name.StartsWith(PatternLibrary.HelperPrefix, StringComparison.Ordinal);
        var field = reference.Field ?? (_namedOnly || isHelper ? null : reference.Name);
        if (field is null)
        {
            _output.Append("(?:");
        }
        else
        {
            BeginCapture(field);
        }
        _path.Push(reference.Name);
        Expand(definition);
        _path.Pop();
        _output.Append(')');
    }

    private void BeginCapture(string field)
    {
        var type = GrokType.String;
        var colon = field.LastIndexOf(':');
        if (colon > 0)
        {
            type = field[(colon + 1)..] switch
            {
                "int" => GrokType.Integer,
                "float" => GrokType.Float,
                _ => GrokType.String, // Logstash ignores unknown types too
            };
            field = field[..field.IndexOf(':', StringComparison.Ordinal)];
        }
        _output.Append(CultureInfo.InvariantCulture, $"(?<g{_captures.Count}>");
        _captures.Add((field, type));
    }

    private bool TryRenameReference(string pattern, ref int position)
    {
        if (string.CompareOrdinal(pattern, position, "\\k<", 0, 3) != 0)
        {
            return false;
        }
        var end = pattern.IndexOf('>', position);
        var name = end < 0 ? string.Empty : pattern[(position + 3)..end];
        var index = _captures.FindLastIndex(capture => capture.Name == name);
        if (index < 0)
        {
            return false;
        }
        _output.Append(CultureInfo.InvariantCulture, $"\\k<g{index}>");
        position = end + 1;
        return true;
    }

    private static bool TryTakeNamedGroup(string pattern, int position, out string name, out int end)
    {
        name = string.Empty;
        end = position;
        if (string.CompareOrdinal(pattern, position, "(?<", 0, 3) != 0
            || position + 3 >= pattern.Length || pattern[position + 3] is '=' or '!')
        {
            return false;
        }
        var close = pattern.IndexOf('>', position);
        if (close < 0)
        {
            return false;
        }
        name = pattern[(position + 3)..close];
        end = close + 1;
        return name.Length > 0;
    }

    // %{NAME}, %{NAME:field}, %{NAME:field:type}, %{NAME=definition}; what else follows the name is ignored.
    private static bool TryTakeReference(string pattern, int start, out Reference reference)
    {
        reference = default;
        if (start + 2 >= pattern.Length || pattern[start + 1] != '{')
        {
            return false;
        }
        var position = start + 2;
        var name = Take(pattern, ref position, c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (name.Length == 0)
        {
            return false;
        }
        string? field = null;
        if (position < pattern.Length && pattern[position] == ':')
        {
            position++;
            field = Take(pattern, ref position, c => char.IsAsciiLetterOrDigit(c)
                || "_@[]:.-".Contains(c, StringComparison.Ordinal));
            field = field.Length == 0 ? null : field;
        }
        string? definition = null;
        if (position < pattern.Length && pattern[position] == '=')
        {
            var from = ++position;
            var depth = 0;
            while (position < pattern.Length && (pattern[position] != '}' || depth > 0))
            {
                depth += pattern[position] switch { '{' => 1, '}' => -1, _ => 0 };
                position += pattern[position] == '\\' ? 2 : 1;
            }
            definition = position < pattern.Length ? pattern[from..position] : null;
        }
        while (position < pattern.Length && pattern[position] != '}')
        {
            position++;
        }
        if (position >= pattern.Length)
        {
            return false;
        }
        reference = new Reference(name, field, definition, position + 1 - start);
        return true;
    }

    private static string Take(string text, ref int position, Func<char, bool> belongs)
    {
        var start = position;
        while (position < text.Length && belongs(text[position]))
        {
            position++;
        }
        return text[start..position];
    }

    private readonly record struct Reference(string Name, string? Field, string? Definition, int Length);
}
