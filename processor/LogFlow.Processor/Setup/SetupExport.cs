using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// Writes what the command <c>setup</c> would send to a server: a file for each object, and <c>setup.sh</c>, which
/// sends them with curl. For those who may not let LogFlow do it, or keep such things under version control.
/// </summary>
internal sealed class SetupExport(string folder)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the files in a folder of the server's own and returns their paths.</summary>
    /// <exception cref="StartupException">A file cannot be written.</exception>
    public IReadOnlyList<string> Write(ISetupTarget target, string name)
    {
        var own = Path.Combine(folder, FolderName(target.Address, name));
        var script = new StringBuilder($$"""
            #!/bin/sh
            # What 'logflow setup' sends to {{name}}, for use by hand. It replaces what is there.
            #   SERVER=https://host:port CURL_OPTIONS='--user elastic --cacert ca.pem' sh setup.sh
            set -eu
            cd "$(dirname "$0")"
            : "${SERVER:={{target.Address}}}" "${CURL_OPTIONS:=}"

            """);
        try
        {
            PrivateFiles.CreateDirectory(own);
            var files = new List<string>();
            foreach (var request in target.Plan(target.Assume(), overwrites: true))
            {
                var file = FileName(request);
                files.Add(WriteFile(own, file, request.IsFile ? request.Body : Indent(request.Body)));
                script.Append(Curl(request, file));
            }

            files.Add(WriteFile(own, "setup.sh", script.ToString()));
            return files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"--export {folder}: cannot write in '{own}': {error.Message}; name a folder that may be written");
        }
    }

    private static string Curl(SetupRequest request, string file)
    {
        var headers = string.Concat(request.Headers.Select(static header => $" -H '{header.Key}: {header.Value}'"));
        var body = request.IsFile
            ? $"-F file=@{file}"
            : $"-H 'Content-Type: application/json' --data-binary @{file}";
        return $"curl -sS --fail-with-body $CURL_OPTIONS -X {request.Method} \"$SERVER{request.Path}\" \\\n"
            + $"  {body}{headers}\necho\n";
    }

    private static string FileName(SetupRequest request) => request.IsFile
        ? "objects.ndjson"
        : $"{request.Objects[0].KindText.Replace(' ', '-')}-{request.Objects[0].Name}.json";

    /// <summary>Such as "elasticsearch-localhost-9200".</summary>
    private static string FolderName(string address, string name)
    {
        var uri = new Uri(address);
        return $"{name.Split(' ')[0].ToLowerInvariant()}-{uri.Host.Trim('[', ']').Replace(':', '-')}-{uri.Port}";
    }

    private static string Indent(string json) => JsonNode.Parse(json)!.ToJsonString(Indented) + "\n";

    private static string WriteFile(string own, string name, string text)
    {
        var path = Path.Combine(own, name);
        File.WriteAllText(path, text);
        return path;
    }
}
