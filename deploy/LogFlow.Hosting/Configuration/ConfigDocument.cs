namespace LogFlow.Hosting;

/// <summary>
/// What the configuration files and the command line's overrides say, before it is bound to a service's own classes.
/// Later files override earlier ones, overrides come last.
/// </summary>
public sealed class ConfigDocument
{
    private const int VariableDepthMax = 16;

    private readonly ConfigNode _root = new(ConfigLocation.None);
    private VariableExpander _variables = VariableExpander.Environment;
    private Func<ConfigDocument>? _readAgain;
    private KeystoreVariables _secrets = KeystoreVariables.None;

    /// <summary>After binding: what was passed over, one sentence each.</summary>
    public IReadOnlyList<string> Notes => Report.Notes;

    /// <summary>Reads files and overrides (<c>KEY=VALUE</c>, the value being YAML).</summary>
    /// <exception cref="ConfigException">A file that cannot be read or is not valid YAML; a malformed
    /// override.</exception>
    public static ConfigDocument Load(IEnumerable<string> files, IEnumerable<string> overrides) =>
        Load([.. files], [.. overrides], [], dialect: null);

    /// <summary>Reads files, overrides and settings of options in a service's own dialect.</summary>
    /// <exception cref="ConfigException">As <see cref="Load(IEnumerable{string}, IEnumerable{string})"/>.</exception>
    /// <exception cref="StartupException">A keystore is there and cannot be used.</exception>
    public static ConfigDocument Load(
        IReadOnlyList<string> files,
        IReadOnlyList<string> overrides,
        IReadOnlyList<(string Key, string Value, string Source)> settings,
        IConfigDialect? dialect,
        KeystorePlace? keystore = null)
    {
        var texts = files.Select(static file => (file, ReadFile(file))).ToList();

        // What was written is read once as it stands: variables may name other keys, such as path.home, and a key says
        // where the keystore is.
        var written = new ConfigDocument { _variables = VariableExpander.None };
        written.ReadAll(texts, overrides, settings);
        var outer = dialect is null
            ? VariableExpander.Environment
            : VariablesOf(dialect, written._root, files, KeystoreVariables.None);
        var secrets = keystore is null
            ? KeystoreVariables.None
            : new KeystoreVariables(() => keystore.Find(key => TextOf(written._root, key, outer)));
        var document = new ConfigDocument
        {
            _secrets = secrets,
            _readAgain = () => Load(files, overrides, settings, dialect, keystore),
            Files = files,
        };
        document._variables = dialect is null
            ? new VariableExpander(document.FindVariable)
            : VariablesOf(dialect, written._root, files, secrets);
        document.ReadAll(texts, overrides, settings);
        dialect?.Prepare(document);
        return document;
    }

    /// <summary>Where a program's keystore lies with this configuration; it may be there or not.</summary>
    /// <exception cref="ConfigException">As <see cref="Load(IEnumerable{string}, IEnumerable{string})"/>.</exception>
    internal static string FindKeystore(
        IReadOnlyList<string> files,
        IReadOnlyList<string> overrides,
        IReadOnlyList<(string Key, string Value, string Source)> settings,
        IConfigDialect? dialect,
        KeystorePlace keystore)
    {
        var written = new ConfigDocument { _variables = VariableExpander.None };
        written.ReadAll(files.Select(static file => (file, ReadFile(file))), overrides, settings);
        var variables = dialect is null
            ? VariableExpander.Environment
            : VariablesOf(dialect, written._root, files, KeystoreVariables.None);
        return keystore.Find(key => TextOf(written._root, key, variables));
    }

    private static string? TextOf(ConfigNode written, string key, VariableExpander variables)
    {
        if (written.Find(key) is not { Value: { } value } node)
        {
            return null;
        }

        var text = variables.Expand(value, out var problem);
        return problem is null ? text : throw new ConfigException(node.Location, problem);
    }

    /// <summary>
    /// The keystore's variables, the environment's, and those of the dialect, which may hold variables themselves.
    /// </summary>
    private static VariableExpander VariablesOf(
        IConfigDialect dialect, ConfigNode written, IReadOnlyList<string> files, KeystoreVariables secrets)
    {
        var depth = 0;
        VariableExpander? expander = null;
        expander = new VariableExpander(
            name =>
            {
                var value = secrets.Find(name) ?? Environment.GetEnvironmentVariable(name);
                if (value is not null || depth == VariableDepthMax)
                {
                    return value;
                }

                depth++;
                var found = dialect.FindVariable(name, written, files);
                var expanded = found is null || found == $"${{{name}}}" ? found : expander!.Expand(found, out _);
                depth--;
                return expanded;
            },
            dialect.AllowsUnsetVariables);
        return expander;
    }

    /// <summary>A variable's value: the keystore's, as in Filebeat and Logstash, before the environment's.</summary>
    private string? FindVariable(string name) => _secrets.Find(name) ?? Environment.GetEnvironmentVariable(name);

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>All that was written.</summary>
    public ConfigNode Root => _root;

    /// <summary>What was taken and does nothing, or something else, here; complete after binding.</summary>
    public ConfigReport Report { get; } = new();

    /// <summary>Reads another file in the same dialect.</summary>
    /// <exception cref="ConfigException">It cannot be read, or is not valid YAML.</exception>
    public ConfigNode ReadOther(string file) =>
        YamlConfigReader.Read(file, ReadFile(file), _variables, Report.Warnings);

    private void ReadAll(
        IEnumerable<(string File, string Text)> files,
        IReadOnlyList<string> overrides,
        IReadOnlyList<(string Key, string Value, string Source)> settings)
    {
        foreach (var (file, text) in files)
        {
            _root.OverrideWith(ReadKeys(file, text, _variables, Report.Warnings));
        }

        foreach (var text in overrides)
        {
            Override(text);
        }

        foreach (var (key, value, source) in settings)
        {
            Set(key, value, source);
        }
    }

    /// <summary>Reads YAML text; for tests and for configuration that a program makes.</summary>
    public static ConfigDocument Parse(string yaml, string source = "config.yml")
    {
        var document = new ConfigDocument();
        document._root.OverrideWith(ReadKeys(source, yaml, document._variables, document.Report.Warnings));
        return document;
    }

    /// <summary>Sets one key, as <c>-E KEY=VALUE</c> does.</summary>
    public void Override(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var place = new ConfigLocation($"-E {text}", 0, 0, null);
        if (equals <= 0)
        {
            throw new ConfigException(place, "an override is written KEY=VALUE, say -E queue.port=9093");
        }

        var yaml = text[(equals + 1)..];
        var parsed = yaml.Length == 0
            ? new ConfigNode(place) { HasValue = true, Value = "" }
            : YamlConfigReader.Read(place.Source, yaml, _variables, Report.Warnings);
        parsed.Location = place;
        parsed.IsWritten = true;
        _root.GetOrAdd(text[..equals].Trim(), place).OverrideWith(parsed);
    }

    /// <summary>Sets one key to plain text that is not looked into, as options that stand for a key do.</summary>
    public void Set(string key, string value, string source)
    {
        var place = new ConfigLocation(source, 0, 0, null);
        _root.GetOrAdd(key, place)
            .OverrideWith(new ConfigNode(place) { HasValue = true, Value = value, IsWritten = true });
    }

    /// <summary>Makes a <typeparamref name="T"/>, its defaults overridden by what was written.</summary>
    /// <exception cref="ConfigException">Every unknown key, bad value and failed check, each with its
    /// place.</exception>
    public T Bind<T>()
        where T : class, new() => Bind<T>(beside: null);

    /// <summary>Also fills <paramref name="host"/> with the keys that every executable has.</summary>
    /// <inheritdoc cref="Bind{T}()"/>
    public T Bind<T>(out HostConfig host)
        where T : class, new()
    {
        host = new HostConfig();
        return Bind<T>(host);
    }

    private T Bind<T>(object? beside)
        where T : class, new()
    {
        var target = new T();
        new ConfigBinder(Report).Bind(_root, target, beside);
        if (_readAgain is not null)
        {
            (target as IReloadedConfig)?.ReadFrom(_readAgain);
        }

        (target as IUsesVariables)?.UseVariables(FindVariable);
        return target;
    }

    /// <summary>Every value by its path; elements of lists by their index.</summary>
    internal Dictionary<string, string?> Flatten(string delimiter)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Flatten(_root, "", delimiter, values);
        return values;
    }

    private static void Flatten(ConfigNode node, string path, string delimiter, Dictionary<string, string?> values)
    {
        if (node.HasValue)
        {
            values[path] = node.Value;
        }

        var items = (node.Items ?? []).Select(static (item, index) => KeyValuePair.Create($"{index}", item));
        foreach (var (key, child) in node.Children.Concat(items))
        {
            Flatten(child, path.Length == 0 ? key : path + delimiter + key, delimiter, values);
        }
    }

    /// <summary>Reads what must be keys with values: a list or a bare text would be looked at by nobody.</summary>
    private static ConfigNode ReadKeys(
        string source, string yaml, VariableExpander variables, List<ConfigError> warnings)
    {
        if (source.EndsWith(PropertiesReader.Extension, StringComparison.OrdinalIgnoreCase))
        {
            return PropertiesReader.Read(source, yaml, variables);
        }

        var root = YamlConfigReader.Read(source, yaml, variables, warnings);
        var place = new ConfigLocation(source, 1, 1, null);
        if (root.Items is not null)
        {
            throw new ConfigException(
                place,
                "the file is a list, but a configuration is keys with values, such as 'path.data: /var/lib/logflow'; "
                + "of a Logstash pipelines.yml give each pipeline to a processor of its own (path.config)");
        }

        return root.HasValue && root.Value is not null
            ? throw new ConfigException(
                place, "the file holds text and no keys; a configuration is keys with values, 'key: value'")
            : root;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var place = new ConfigLocation(path, 0, 0, null);
            throw new ConfigException(place, $"cannot read the configuration file: {error.Message}");
        }
    }
}
