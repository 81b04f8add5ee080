using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Takes fields out of text by named patterns.</summary>
internal sealed class GrokFilter : Filter
{
    private readonly Rule[] _rules;
    private readonly bool _breakOnMatch;
    private readonly bool _keepEmptyCaptures;
    private readonly IReadOnlyList<string> _tagOnFailure;
    private readonly string _tagOnTimeout;

    private GrokFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _breakOnMatch = settings.Boolean("break_on_match");
        _keepEmptyCaptures = settings.Boolean("keep_empty_captures");
        _tagOnFailure = settings.List("tag_on_failure");
        _tagOnTimeout = settings.String("tag_on_timeout")!;
        _rules = GrokRules.Create(context);
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "grok",
        new SettingSpec("match", SettingType.Hash),
        new SettingSpec("break_on_match", SettingType.Boolean) { Default = true },
        new SettingSpec("overwrite", SettingType.FieldReferenceList),
        new SettingSpec("patterns_dir", SettingType.List) { NamesFiles = true },
        new SettingSpec("patterns_files_glob", SettingType.String) { Default = "*" },
        new SettingSpec("pattern_definitions", SettingType.Hash),
        new SettingSpec("named_captures_only", SettingType.Boolean) { Default = true },
        new SettingSpec("keep_empty_captures", SettingType.Boolean) { Default = false },
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("timeout_millis", SettingType.Number) { Default = 30000 },
        new SettingSpec("timeout_scope", SettingType.String) { Default = "pattern", Allowed = ["pattern", "event"] },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_grokparsefailure" } },
        new SettingSpec("tag_on_timeout", SettingType.String) { Default = "_groktimeout" },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new GrokFilter(context),
    };

    /// <summary>Which patterns run slower than they could, and why.</summary>
    public override IEnumerable<string> Remarks =>
        (from rule in _rules
         from pattern in rule.Patterns
         where pattern.Grok.Program is null
         select $"the pattern '{pattern.Grok.Text}' is left to .NET's regular expressions, which are slower: "
             + $"{pattern.Grok.Problem}").Concat(Node.Settings.String("timeout_scope") == "event"
            ? ["'timeout_scope' changes nothing: each pattern has 'timeout_millis' by itself"]
            : []);

    /// <summary>Has every pattern translated to machine code now; for benchmarks.</summary>
    internal void CompileNow()
    {
        foreach (var pattern in _rules.SelectMany(rule => rule.Patterns))
        {
            pattern.Grok.Regex.Compile();
        }
    }

    public override void Apply(Event target, FilterContext context)
    {
        var matched = false;
        try
        {
            foreach (var rule in _rules)
            {
                if (MatchField(rule, target, context.Matcher))
                {
                    matched = true;
                    if (_breakOnMatch)
                    {
                        break;
                    }
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            context.CountFailure();
            target.Tag(_tagOnTimeout);
            return;
        }
        if (matched)
        {
            Matched(target, context);
        }
        else
        {
            Failed(target, context, _tagOnFailure);
        }
    }

    /// <summary>Of all patterns the one that comes furthest, and where it stops.</summary>
    internal override FailureReason? ExplainFailure(Event source, FailureContext context)
    {
        var library = GrokRules.CreateLibrary(new PluginContext(Node, context.Options, []));
        var namedOnly = Node.Settings.Boolean("named_captures_only");
        FailureReason? furthest = null;
        foreach (var rule in _rules)
        {
            var value = source.Get(rule.Source);
            if (value.IsMissing)
            {
                furthest ??= new FailureReason($"the event has no field {rule.Source.Text}");
                continue;
            }
            var text = value.List is { Count: > 0 } list ? list[0].ToText() : value.ToText();
            foreach (var pattern in rule.Patterns)
            {
                var prefix = new GrokPrefix(library, namedOnly, pattern.Grok.Regex.Timeout, context.Matcher);
                try
                {
                    var reached = prefix.Find(pattern.Grok.Text, text);
                    furthest = reached?.Subject is not null && (furthest?.Subject is null || reached.End > furthest.End)
                        ? reached
                        : furthest;
                }
                catch (RegexMatchTimeoutException timeout)
                {
                    return new FailureReason(
                        $"{pattern.Grok.Text} takes longer than {timeout.MatchTimeout.TotalSeconds} s");
                }
            }
        }
        return furthest;
    }

    private bool MatchField(Rule rule, Event target, Matcher matcher)
    {
        var value = target.Get(rule.Source);
        if (value.List is not { } list)
        {
            return MatchText(rule, value.IsString ? value.AsString() : value.ToText(), target, matcher);
        }
        var matched = false;
        // The list may be one that a capture extends.
        var count = list.Count;
        for (var i = 0; i < count; i++)
        {
            matched |= MatchText(rule, list[i].ToText(), target, matcher);
        }
        return matched;
    }

    private bool MatchText(Rule rule, string text, Event target, Matcher matcher)
    {
        var matched = false;
        foreach (var pattern in rule.Patterns)
        {
            // Where all patterns are tried, the last one's verdict is the text's, as in Logstash.
            matched = TryMatch(pattern, text, target, matcher);
            if (matched && _breakOnMatch)
            {
                break;
            }
        }
        return matched;
    }

    private bool TryMatch(Pattern pattern, string text, Event target, Matcher matcher)
    {
        var grok = pattern.Grok;
        if (!text.Contains(grok.RequiredText, StringComparison.Ordinal))
        {
            return false;
        }
        if (grok.Program is { } program)
        {
            if (!matcher.TryMatch(program, text, grok.Regex.Timeout))
            {
                return false;
            }
            foreach (ref readonly var capture in pattern.Captures.AsSpan())
            {
                var success = matcher.TryGetCapture(capture.Slot, out var start, out var length);
                Store(in capture, text, success, start, length, target);
            }
            return true;
        }
        var match = grok.Regex.Current.MatchPatiently(text);
        if (!match.Success)
        {
            return false;
        }
        var groups = match.Groups;
        foreach (ref readonly var capture in pattern.Captures.AsSpan())
        {
            var group = groups[capture.Group];
            Store(in capture, text, group.Success, group.Index, group.Length, target);
        }
        return true;
    }

    private void Store(in Capture capture, string text, bool success, int start, int length, Event target)
    {
        if (!success || length == 0)
        {
            if (_keepEmptyCaptures)
            {
                Store(in capture, success ? EventValue.Of(string.Empty) : EventValue.Null, target);
            }
            return;
        }
        var value = capture.Type switch
        {
            GrokType.Integer => RubyNumber.ToInteger(text.AsSpan(start, length)),
            GrokType.Float => EventValue.Of(RubyNumber.ToFloat(text.AsSpan(start, length))),
            _ => EventValue.Slice(text, start, length),
        };
        Store(in capture, value, target);
    }

    private static void Store(in Capture capture, EventValue value, Event target)
    {
        if (capture.Overwrites)
        {
            target.Set(capture.Field, value);
            return;
        }
        if (target.TryAdd(capture.Field, value, out var existing))
        {
            return;
        }
        // A field that has a text becomes a list; one that has a number or map keeps it.
        if (existing.List is { } list)
        {
            list.Add(value);
        }
        else if (existing.IsString)
        {
            target.Set(capture.Field, EventValue.Of(new EventList([existing, value])));
        }
    }

    /// <summary>The patterns to try on one field.</summary>
    internal sealed record Rule(FieldReference Source, Pattern[] Patterns);

    /// <summary>A pattern with its fields resolved.</summary>
    internal sealed record Pattern(GrokPattern Grok, Capture[] Captures);

    /// <summary>Where a group's text goes.</summary>
    internal readonly record struct Capture(int Slot, int Group, FieldReference Field, GrokType Type, bool Overwrites);
}
