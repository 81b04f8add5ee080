using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>
/// <c>keystore create|add|list|remove</c>, as Filebeat has it: values that configuration files take as
/// <c>${NAME}</c>. No value is ever printed.
/// </summary>
public static class KeystoreCommand
{
    /// <summary>The command for the root.</summary>
    /// <param name="findPath">Where the keystore lies.</param>
    public static Command Create(Func<ParseResult, string> findPath) => Create(findPath, static () => Console.In);

    /// <inheritdoc cref="Create(Func{ParseResult, string})"/>
    internal static Command Create(Func<ParseResult, string> findPath, Func<TextReader> openInput) => new(
        "keystore", "Keep passwords out of configuration files, which name them as ${NAME}")
    {
        Make(findPath),
        Add(findPath, openInput),
        List(findPath),
        Remove(findPath),
    };

    private static Command Make(Func<ParseResult, string> findPath)
    {
        var force = new Option<bool>("--force")
        {
            Description = "Replace the keystore that is there, with all its values",
        };
        var password = new Option<bool>("--password")
        {
            Description = $"Ask for a password, which starts need in {Keystore.PasswordVariable}",
        };
        var command = new Command("create", "Make a keystore without values") { force, password };
        command.SetAction(parsed =>
        {
            var path = findPath(parsed);
            if (File.Exists(path) && !parsed.GetValue(force))
            {
                throw new StartupException($"the keystore {path} is there already; --force replaces it");
            }

            var chosen = parsed.GetValue(password) ? KeystorePassword.Choose(parsed) : "";
            Keystore.Empty(path, chosen).Save();
            parsed.InvocationConfiguration.Output.WriteLine($"the keystore {path} was made");
        });
        return command;
    }

    private static Command Add(Func<ParseResult, string> findPath, Func<TextReader> openInput)
    {
        var key = KeyOf<string>();
        var stdin = new Option<bool>("--stdin")
        {
            Description = "Take the value from standard input, all of it but a line end at its end",
        };
        var force = new Option<bool>("--force") { Description = "Replace the value that KEY has" };
        var command = new Command("add", "Give a name its value; makes the keystore where there is none")
        {
            key, stdin, force,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (path, output) = (findPath(parsed), parsed.InvocationConfiguration.Output);
            var keystore = Keystore.Load(path, () => KeystorePassword.Find(parsed));
            var name = parsed.GetValue(key)!;
            if (keystore?.Find(name) is not null && !parsed.GetValue(force))
            {
                throw new StartupException($"{name} has a value in {path} already; --force replaces it");
            }

            var input = parsed.GetValue(stdin) ? openInput() : null;
            var value = await KeystoreValue.ReadAsync(parsed, name, input, cancellationToken);
            if (keystore is null)
            {
                keystore = Keystore.Empty(path, "");
                output.WriteLine($"the keystore {path} was made");
            }

            keystore.Set(name, value);
            keystore.Save();
            output.WriteLine($"{name} was added: write it as ${{{name}}}");
        });
        return command;
    }

    private static Command List(Func<ParseResult, string> findPath)
    {
        var command = new Command("list", "Print the names");
        command.SetAction(parsed =>
        {
            foreach (var name in Open(parsed, findPath).Names)
            {
                parsed.InvocationConfiguration.Output.WriteLine(name);
            }
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, string> findPath)
    {
        var keys = KeyOf<string[]>();
        keys.Arity = ArgumentArity.OneOrMore;
        var command = new Command("remove", "Take names and their values away") { keys };
        command.SetAction(parsed =>
        {
            var keystore = Open(parsed, findPath);
            var names = parsed.GetValue(keys)!;
            if (names.Where(name => keystore.Find(name) is null).ToList() is { Count: > 0 } unknown)
            {
                throw new StartupException(
                    $"{string.Join(", ", unknown)}: not in {keystore.Path}; nothing was removed (keystore list)");
            }

            foreach (var name in names)
            {
                keystore.Remove(name);
            }

            keystore.Save();
            parsed.InvocationConfiguration.Output.WriteLine($"{string.Join(", ", names)}: removed");
        });
        return command;
    }

    private static Keystore Open(ParseResult parsed, Func<ParseResult, string> findPath)
    {
        var path = findPath(parsed);
        return Keystore.Load(path, () => KeystorePassword.Find(parsed))
            ?? throw new StartupException($"there is no keystore {path}; 'keystore create' makes it");
    }

    private static Argument<T> KeyOf<T>()
    {
        var key = new Argument<T>("KEY") { Description = "The name, of letters, digits, '_', '.' and '-'" };
        key.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!IsName(token.Value))
                {
                    result.AddError(
                        $"'{token.Value}' is no name: letters, digits, '_', '.' and '-', a letter or '_' first");
                }
            }
        });
        return key;
    }

    /// <summary>What can stand between <c>${</c> and <c>}</c>.</summary>
    private static bool IsName(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');
}
