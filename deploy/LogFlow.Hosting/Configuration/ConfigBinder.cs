using System.Collections;

namespace LogFlow.Hosting;

/// <summary>Fills configuration classes from the tree and collects every problem on the way.</summary>
internal sealed class ConfigBinder(ConfigReport report)
{
    private readonly List<ConfigError> _errors = report.Errors;

    /// <summary>What secret keys hold: a line that has one is shown without it.</summary>
    private readonly List<string> _secrets = report.Secrets;

    /// <summary>
    /// Fills <paramref name="target"/>, and <paramref name="beside"/> with keys of the same level.
    /// </summary>
    /// <exception cref="ConfigException">Whatever is wrong, all of it.</exception>
    public void Bind(ConfigNode root, object target, object? beside = null)
    {
        BindSection(root, target, "", beside);
        if (_errors.Count > 0)
        {
            throw new ConfigException(
            [
                .. _errors.OrderBy(error => error.Location.Source).ThenBy(error => error.Location.Line)
                    .Select(error => error.Without(_secrets)),
            ]);
        }
    }

    /// <summary>Fills <paramref name="target"/> from a section that lies at <paramref name="path"/>.</summary>
    public void BindAt(ConfigNode node, object target, string path) => BindSection(node, target, path);

    private void BindSection(ConfigNode node, object target, string path, object? beside = null)
    {
        var errorsBefore = _errors.Count;
        var properties = BindProperties(node, target, path);
        var others = beside is null ? [] : BindProperties(node, beside, path);
        var known = new KnownKeys(target.GetType(), [.. properties, .. others]);
        var passedOver = new List<string>();
        ReportUnknown(node, known, "", path, passedOver);
        if (passedOver.Count > 0)
        {
            report.Notes.Add($"{string.Join(", ", passedOver)}: without meaning for {known.Subject}, and passed over.");
        }

        Adapt(target, path);
        if (_errors.Count == errorsBefore)
        {
            Validate(node, target, path);
            Validate(node, beside, path);
        }
    }

    private ConfigProperty[] BindProperties(ConfigNode node, object target, string path)
    {
        var properties = ConfigProperty.Of(target.GetType());
        foreach (var property in properties)
        {
            // The name of today goes before the older ones.
            foreach (var key in property.Attribute.Aliases.Append(property.Key))
            {
                if (node.Find(key) is { IsEmpty: false } written && !IsOnlySection(written, key, properties))
                {
                    if (property.Attribute.IsSecret)
                    {
                        AddSecrets(written);
                    }

                    BindProperty(written, target, property, Join(path, key));
                }
            }
        }

        return properties;
    }

    private void AddSecrets(ConfigNode node)
    {
        if (node.Value is { Length: > 0 } value)
        {
            _secrets.Add(value);
        }

        foreach (var inner in node.Children.Values.Concat(node.Items ?? []))
        {
            AddSecrets(inner);
        }
    }

    /// <summary><c>backoff: 1s</c> beside <c>backoff.init: 1s</c>: the section is not the value.</summary>
    private static bool IsOnlySection(ConfigNode node, string key, ConfigProperty[] properties) =>
        !node.HasValue
        && node.Items is null
        && Array.Exists(properties, other => other.Key.StartsWith(key + ".", StringComparison.Ordinal));

    private void Adapt(object target, string path)
    {
        foreach (var note in (target as IAdaptedConfig)?.Adapt() ?? [])
        {
            report.Notes.Add($"{Join(path, note.Key)}: {note.Message}.");
        }
    }

    private void Validate(ConfigNode node, object? target, string path)
    {
        if (target is not IValidatedConfig validated)
        {
            return;
        }

        foreach (var problem in validated.Validate())
        {
            var place = (problem.Key.Length == 0 ? null : node.Find(problem.Key)) ?? node;
            var subject = problem.Key.Length == 0 ? "" : $"{Join(path, problem.Key)}: ";
            _errors.Add(new ConfigError(place.Location, subject + problem.Message));
        }
    }

    private void BindProperty(ConfigNode node, object target, ConfigProperty property, string path)
    {
        var type = property.Property.PropertyType;
        if (ConfigProperty.ReadsItself(type))
        {
            var value = (IReadsConfig)Activator.CreateInstance(type)!;
            value.Read(node, path, report);
            property.Property.SetValue(target, value);
        }
        else if (ConfigProperty.IsSection(type))
        {
            if (node.HasValue && node.Value is not null)
            {
                _errors.Add(new ConfigError(node.Location, $"'{path}' is a section with keys of its own, not a value"));
                return;
            }

            var section = property.Property.GetValue(target) ?? Activator.CreateInstance(type)!;
            BindSection(node, section, path);
            property.Property.SetValue(target, section);
        }
        else if (ConfigProperty.ListElement(type) is { } element)
        {
            property.Property.SetValue(target, BindList(node, type, element, path));
        }
        else if (ConfigProperty.IsDictionary(type))
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            Flatten(node, "", values, path);
            property.Property.SetValue(target, values);
        }
        else if (ConfigProperty.IsTree(type))
        {
            if (node.Items is not null || (node.HasValue && node.Value is not null))
            {
                _errors.Add(new ConfigError(node.Location, $"'{path}' takes keys and values"));
                return;
            }

            property.Property.SetValue(target, TreeValue.OfSection(node));
        }
        else if (TryScalar(node, type, path, out var scalar))
        {
            property.Property.SetValue(target, scalar);
        }
    }

    private IList BindList(ConfigNode node, Type listType, Type element, string path)
    {
        var list = (IList)Activator.CreateInstance(listType)!;

        // One value stands for a list of one, as in Filebeat.
        var items = node.Items ?? (node.HasValue && node.Value is null ? [] : Split(node));
        for (var index = 0; index < items.Count; index++)
        {
            var itemPath = node.Items is null ? path : $"{path}[{index}]";
            if (ConfigProperty.IsSection(element))
            {
                var section = Activator.CreateInstance(element)!;
                BindSection(items[index], section, itemPath);
                list.Add(section);
            }
            else if (TryScalar(items[index], element, itemPath, out var value))
            {
                list.Add(value);
            }
        }

        return list;
    }

    /// <summary>
    /// A variable may hold several values (<c>a:9092,b:9092</c>, as in Filebeat), and a .properties file knows no other
    /// lists.
    /// </summary>
    private static List<ConfigNode> Split(ConfigNode node) =>
        node is { Value: { } value } && (node.IsExpanded || node.IsCommaList)
            ?
            [
                .. value.Trim('[', ']')
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(part => new ConfigNode(node.Location) { HasValue = true, Value = part.Trim('"', '\'') }),
            ]
            : [node];

    private bool TryScalar(ConfigNode node, Type type, string path, out object? value)
    {
        value = null;
        if (!node.HasValue)
        {
            var found = node.Items is null ? "a section" : "a list";
            _errors.Add(new ConfigError(node.Location, $"'{path}' takes one value, not {found}"));
            return false;
        }

        if (node.Value is null)
        {
            // "key:" with nothing behind it leaves the default, as in Filebeat.
            return Nullable.GetUnderlyingType(type) is not null;
        }

        if (ScalarParser.TryParse(node.Value, type, out value))
        {
            return true;
        }

        _errors.Add(new ConfigError(
            node.Location, $"'{path}' takes {ScalarParser.Describe(type)}, not '{node.Value}'"));
        return false;
    }

    private void Flatten(ConfigNode node, string prefix, Dictionary<string, string> values, string path)
    {
        if (node.Items is not null)
        {
            _errors.Add(new ConfigError(node.Location, $"'{Join(path, prefix)}' takes one value, not a list"));
            return;
        }

        if (node.HasValue && prefix.Length > 0)
        {
            values[prefix] = node.Value ?? "";
        }

        foreach (var (key, child) in node.Children)
        {
            Flatten(child, Join(prefix, key), values, path);
        }
    }

    private void ReportUnknown(
        ConfigNode node, KnownKeys known, string relative, string path, List<string> passedOver)
    {
        foreach (var (key, child) in node.Children)
        {
            var childKey = Join(relative, key);
            if (known.Owns(childKey))
            {
                if (child.Children.Count > 0 && known.IsPrefix(childKey))
                {
                    ReportUnknown(child, known, childKey, path, passedOver);
                }

                continue;
            }

            if (known.FindAccepted(childKey) is { } accepted)
            {
                if (!accepted.IsQuiet || !IsOff(child))
                {
                    report.Warn(child, $"'{Join(path, childKey)}' {accepted.Meaning}");
                }

                continue;
            }

            if (child.IsWritten && known.IsMeaningless(childKey))
            {
                passedOver.Add(Join(path, childKey));
                continue;
            }

            if (known.IsUnsupported(childKey))
            {
                _errors.Add(new ConfigError(
                    child.Location, $"'{Join(path, childKey)}' is not supported yet; remove it to start"));
                continue;
            }

            // Of dotted keys the whole is named, not the part where the known ones end.
            if ((known.IsPrefix(childKey) || !child.IsWritten) && !child.HasValue && child.Items is null)
            {
                ReportUnknown(child, known, childKey, path, passedOver);
                continue;
            }

            var nearest = known.NearestOf(childKey);
            var hint = nearest is null ? "" : $"; did you mean '{Join(path, nearest)}'?";
            _errors.Add(new ConfigError(child.Location, $"unknown key '{Join(path, childKey)}'{hint}"));
        }
    }

    /// <summary>Nothing, no, or a section that is switched off.</summary>
    private static bool IsOff(ConfigNode node) =>
        (node.Children.Count == 0 && node.Items is null or [] && node.Value is null or "" or "false" or "0")
        || (node.Children.Count > 0 && !node.IsTrue("enabled", otherwise: true));

    private static string Join(string left, string right) =>
        left.Length == 0 ? right : right.Length == 0 ? left : $"{left}.{right}";
}
