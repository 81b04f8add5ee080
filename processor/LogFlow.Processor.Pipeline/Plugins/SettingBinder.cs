using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Turns a plugin of the syntax tree into a <see cref="PluginNode"/>: merges repeated options, coerces values to the
/// types of the plugin's table, and reports every unknown, missing or unfit option.
/// </summary>
internal sealed class SettingBinder(
    PluginRegistry registry, TextExpander expander, List<PipelineDiagnostic> diagnostics)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ordinals = new(StringComparer.Ordinal);

    /// <summary>Checks a plugin. Null when nothing is known of it.</summary>
    public PluginNode? Bind(PluginKind kind, PluginSyntax syntax)
    {
        var kindName = kind.ToString().ToLowerInvariant();
        var spec = registry.Find(kind, syntax.Name);
        if (spec is null)
        {
            Error(
                syntax.Span,
                $"there is no {kindName} '{syntax.Name}'",
                NearestName.Remedy(syntax.Name, registry.Names(kind)));
            return null;
        }
        if (spec.Unsupported is not null)
        {
            Unsupported(syntax.Span, $"the {kindName} '{spec.Name}' is not supported", spec.Unsupported);
            return null;
        }
        var values = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (var (name, merged) in Merge(syntax))
        {
            if (!spec.Settings.TryGetValue(name, out var setting))
            {
                var span = syntax.Attributes.First(attribute => attribute.Name == name).Span;
                Error(span, $"the {kindName} '{spec.Name}' has no option '{name}'",
                    NearestName.Remedy(name, [.. spec.Settings.Keys]));
            }
            else if (setting.Unsupported is not null)
            {
                Unsupported(
                    merged.Span, $"the option '{name}' of '{spec.Name}' is not supported", setting.Unsupported);
            }
            else if (Coerce(spec, setting, merged) is { } value)
            {
                values[name] = value;
            }
        }
        ReportMissing(kindName, spec, syntax);
        return new PluginNode(spec, ChooseId(spec, syntax, values), syntax.Span,
            new PluginSettings(spec, syntax.Span, values));
    }

    private void ReportMissing(string kindName, PluginSpec spec, PluginSyntax syntax)
    {
        foreach (var setting in spec.Settings.Values)
        {
            if (setting.Required && !syntax.Attributes.Any(attribute => attribute.Name == setting.Name))
            {
                Error(syntax.Span, $"the {kindName} '{spec.Name}' needs the option '{setting.Name}'",
                    $"add: {setting.Name} => ...");
            }
        }
    }

    private string ChooseId(PluginSpec spec, PluginSyntax syntax, Dictionary<string, ConfigValue> values)
    {
        if (values.TryGetValue("id", out var id))
        {
            if (!_ids.Add(id.Text!))
            {
                Error(id.Span, $"the id '{id.Text}' is used by another plugin too", "give each plugin its own id");
            }
            return id.Text!;
        }
        string generated;
        do
        {
            var ordinal = _ordinals[syntax.Name] = _ordinals.GetValueOrDefault(syntax.Name) + 1;
            generated = string.Create(CultureInfo.InvariantCulture, $"{spec.Name}_{ordinal}");
        }
        while (!_ids.Add(generated));
        return generated;
    }

    /// <summary>Repeated options: hashes are merged, lists joined, scalars become a list.</summary>
    private Dictionary<string, ConfigValue> Merge(PluginSyntax syntax)
    {
        var merged = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (var attribute in syntax.Attributes)
        {
            if (Convert(attribute.Value) is not { } value)
            {
                continue;
            }
            if (!merged.TryGetValue(attribute.Name, out var earlier))
            {
                merged[attribute.Name] = value;
            }
            else if (earlier.Entries is not null && value.Entries is not null)
            {
                var replaced = value.Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
                merged[attribute.Name] = ConfigValue.OfHash(
                    value.Span, [.. earlier.Entries.Where(entry => !replaced.Contains(entry.Name)), .. value.Entries]);
            }
            else
            {
                merged[attribute.Name] = ConfigValue.OfList(
                    value.Span, [.. earlier.Items ?? [earlier], .. value.Items ?? [value]]);
            }
        }
        return merged;
    }

    private ConfigValue? Convert(ValueSyntax syntax)
    {
        switch (syntax)
        {
            case BarewordSyntax bareword:
                return ConfigValue.OfText(bareword.Span, bareword.Text);
            case NumberSyntax number:
                return ConfigValue.OfNumber(number.Span, number.Text);
            case StringSyntax text:
                return Expand(text);
            case ArraySyntax array:
                return ConfigValue.OfList(array.Span, [.. array.Items.Select(Convert).OfType<ConfigValue>()]);
            case HashSyntax hash:
                return ConvertHash(hash);
            default:
                var plugin = (PluginValueSyntax)syntax;
                return Bind(PluginKind.Codec, plugin.Plugin) is { } node ? ConfigValue.OfPlugin(plugin.Span, node)
                    : null;
        }
    }

    private ConfigValue Expand(StringSyntax text)
    {
        var expanded = expander.Expand(text.Text, text.Span, out var isWhole);
        // A variable that holds "[a, b]" stands for the list.
        if (isWhole && expanded.Length > 1 && expanded[0] == '[' && expanded[^1] == ']')
        {
            var items = expanded[1..^1].Split(',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return ConfigValue.OfList(
                text.Span, [.. items.Select(item => ConfigValue.OfText(text.Span, item.Trim('"', '\'')))]);
        }
        return ConfigValue.OfText(text.Span, expanded);
    }

    private ConfigValue ConvertHash(HashSyntax hash)
    {
        var entries = new List<HashEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in hash.Entries)
        {
            var key = Convert(entry.Key);
            if (key?.Text is null || Convert(entry.Value) is not { } value)
            {
                continue;
            }
            if (!names.Add(key.Text))
            {
                Error(key.Span, $"the key '{key.Text}' stands twice in this hash", "use a list for several values");
                continue;
            }
            entries.Add(new HashEntry(key, value));
        }
        return ConfigValue.OfHash(hash.Span, entries);
    }

    private ConfigValue? Coerce(PluginSpec plugin, SettingSpec setting, ConfigValue value)
    {
        switch (setting.Type)
        {
            case SettingType.List or SettingType.FieldReferenceList:
                return CoerceList(setting, value);
            case SettingType.Hash:
                return CoerceHash(setting, value);
            case SettingType.Codec:
                return CoerceCodec(setting, value);
            case SettingType.Any:
                return value;
        }
        if (value.Items is [{ Text: not null } single])
        {
            value = single;
        }
        if (value.Text is null)
        {
            Error(
                value.Span,
                $"'{setting.Name}' of '{plugin.Name}' takes {Describe(setting.Type)}, not {value.KindName}",
                value.Items is not null && value.Items.Count > 1 ? "is the option written twice?" : null);
            return null;
        }
        return CheckScalar(plugin, setting, value);
    }

    private ConfigValue? CheckScalar(PluginSpec plugin, SettingSpec setting, ConfigValue value)
    {
        var text = value.Text!;
        var fits = setting.Type switch
        {
            SettingType.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            SettingType.Boolean => text is "true" or "false",
            SettingType.Bytes => ByteText.TryParse(text, out _),
            _ => true,
        };
        if (!fits)
        {
            Error(value.Span, $"'{setting.Name}' of '{plugin.Name}' takes {Describe(setting.Type)}, not '{text}'");
            return null;
        }
        if (setting.Allowed is { } allowed && !allowed.Contains(text, StringComparer.Ordinal))
        {
            Error(value.Span, $"'{setting.Name}' of '{plugin.Name}' cannot be '{text}'",
                NearestName.Remedy(text, allowed));
            return null;
        }
        if (setting.Type == SettingType.FieldReference && !CheckField(value))
        {
            return null;
        }
        return value;
    }

    private bool CheckField(ConfigValue value)
    {
        var text = value.Text!;
        if (text.Contains("%{", StringComparison.Ordinal) || FieldReference.TryParse(text, out _, out var problem))
        {
            return true;
        }
        Error(value.Span, $"'{text}' is not a field reference: {problem}");
        return false;
    }

    private ConfigValue? CoerceList(SettingSpec setting, ConfigValue value)
    {
        if (value.Text is not null)
        {
            value = ConfigValue.OfList(value.Span, [value]);
        }
        if (value.Items is null || value.Items.Any(item => item.Text is null))
        {
            Error(value.Span, $"'{setting.Name}' takes a list of texts, not {value.KindName}", "write: [\"a\", \"b\"]");
            return null;
        }
        var allFit = setting.Type != SettingType.FieldReferenceList || value.Items.All(CheckField);
        return allFit ? value : null;
    }

    private ConfigValue? CoerceHash(SettingSpec setting, ConfigValue value)
    {
        if (value.Entries is not null)
        {
            return value;
        }
        if (value.Items is { } items && items.Count % 2 == 0 && AreKeys(items))
        {
            var entries = new List<HashEntry>();
            for (var i = 0; i < items.Count; i += 2)
            {
                AddPair(entries, items[i], items[i + 1]);
            }
            return ConfigValue.OfHash(value.Span, entries);
        }
        Error(value.Span, $"'{setting.Name}' takes a hash, not {value.KindName}", "write: { \"key\" => \"value\" }");
        return null;
    }

    // ["a", "1", "a", "2"] stands for a => ["1", "2"].
    private static void AddPair(List<HashEntry> entries, ConfigValue key, ConfigValue value)
    {
        var existing = entries.FindIndex(entry => entry.Name == key.Text);
        if (existing < 0)
        {
            entries.Add(new HashEntry(key, value));
            return;
        }
        var earlier = entries[existing].Value;
        entries[existing] = new HashEntry(
            key, ConfigValue.OfList(value.Span, [.. earlier.Items ?? [earlier], .. value.Items ?? [value]]));
    }

    private static bool AreKeys(IReadOnlyList<ConfigValue> items)
    {
        for (var i = 0; i < items.Count; i += 2)
        {
            if (items[i].Text is null)
            {
                return false;
            }
        }
        return true;
    }

    private ConfigValue? CoerceCodec(SettingSpec setting, ConfigValue value)
    {
        if (value.Plugin is not null)
        {
            return value;
        }
        if (value.Text is null)
        {
            Error(value.Span, $"'{setting.Name}' takes a codec, not {value.KindName}", "write: codec => json");
            return null;
        }
        var node = Bind(PluginKind.Codec, new PluginSyntax(value.Span, value.Text, []));
        return node is null ? null : ConfigValue.OfPlugin(value.Span, node);
    }

    private static string Describe(SettingType type) => type switch
    {
        SettingType.Number => "a number",
        SettingType.Boolean => "true or false",
        SettingType.Bytes => "a size such as 10MB",
        SettingType.FieldReference => "a field",
        _ => "a text",
    };

    private void Error(SourceSpan span, string message, string? remedy = null) =>
        diagnostics.Add(new PipelineDiagnostic(span, message, remedy));

    private void Unsupported(SourceSpan span, string message, string remedy) =>
        diagnostics.Add(new PipelineDiagnostic(span, message, remedy) { IsUnsupported = true });
}
