// Package config holds the settings of an installation. A value comes from, the later one winning: the default,
// the YAML file, the environment variable LIAISON_<KEY> (smtp.port is LIAISON_SMTP_PORT). A secret can also be
// named as a file that holds it: db_file in the YAML file, LIAISON_DB_FILE in the environment.
//
// Everything that is wrong is reported at once, in words for the operator's terminal: where the value stands, what
// it is called, what would be allowed. A value that is a secret is never repeated.
package config
