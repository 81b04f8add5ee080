using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A regex that is interpreted at first and translated to machine code, on another thread, once it is used a lot: a
/// pipeline of dozens of patterns starts in milliseconds, and the ones that matter run fast a moment later.
/// </summary>
internal sealed class TieredRegex
{
    private const int CompileAfterUses = 300;

    private readonly string _pattern;
    private readonly bool _hasNamedGroups;
    private readonly RubyRegexOptions _options;
    private readonly TimeSpan _timeout;
    private Regex _current;
    private int _uses;

    /// <summary>Takes a pattern that has been translated.</summary>
    /// <exception cref="RubyRegexException">It is wrong.</exception>
    public TieredRegex(string pattern, bool hasNamedGroups, RubyRegexOptions options, TimeSpan timeout)
    {
        _pattern = pattern;
        _hasNamedGroups = hasNamedGroups;
        _options = options;
        _timeout = timeout;
        _current = RubyRegex.CreateTranslated(pattern, hasNamedGroups, options, timeout);
    }

    /// <summary>How long one match may take.</summary>
    public TimeSpan Timeout => _timeout;

    /// <summary>Makes one of a pattern in Ruby's syntax.</summary>
    /// <exception cref="RubyRegexException">The pattern is wrong.</exception>
    public static TieredRegex Create(string pattern, RubyRegexOptions options, TimeSpan timeout)
    {
        var translator = new RubyRegexTranslator(pattern);
        var translated = translator.Translate();
        return new TieredRegex(translated, translator.HasNamedGroups, options, timeout);
    }

    /// <summary>The regex to use now.</summary>
    public Regex Current
    {
        get
        {
            // Two workers may both miss the exact count; the next use hits it or passes it, so "at least" is tested
            // once.
            if (_uses < CompileAfterUses && Interlocked.Increment(ref _uses) == CompileAfterUses)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static regex => regex.Compile(), this, preferLocal: false);
            }
            return _current;
        }
    }

    /// <summary>The pattern in .NET's syntax.</summary>
    public override string ToString() => _pattern;

    /// <summary>The number of a named group.</summary>
    public int GroupNumber(string name) => _current.GroupNumberFromName(name);

    /// <summary>Translates to machine code now; for benchmarks.</summary>
    internal void Compile() => Volatile.Write(
        ref _current,
        RubyRegex.CreateTranslated(_pattern, _hasNamedGroups, _options | RubyRegexOptions.Compiled, _timeout));
}
